/// What single parts of the server cost, without the rest: benchmarks for JMH, and the command that runs them.
@NullMarked
package dev.mien.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
