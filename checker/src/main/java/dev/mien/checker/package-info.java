/// Tries to prove a deployment wrong: clients and faults at the same time, and a verdict on what was recorded.
@NullMarked
package dev.mien.checker;

import org.jspecify.annotations.NullMarked;
