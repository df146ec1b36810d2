/// The server's object graph.
@NullMarked
package dev.mien;

import org.jspecify.annotations.NullMarked;
