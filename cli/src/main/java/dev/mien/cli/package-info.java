/// The commands.
@NullMarked
package dev.mien.cli;

import org.jspecify.annotations.NullMarked;
