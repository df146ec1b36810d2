/// What is broken on purpose while the clients work.
@NullMarked
package dev.mien.checker.fault;

import org.jspecify.annotations.NullMarked;
