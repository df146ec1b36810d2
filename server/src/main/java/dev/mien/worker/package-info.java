/// The supervisor, and the worker processes that it runs behind one port.
@NullMarked
package dev.mien.worker;

import org.jspecify.annotations.NullMarked;
