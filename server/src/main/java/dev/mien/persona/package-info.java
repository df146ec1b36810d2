/// Personas: the characters that applications speak as.
@NullMarked
package dev.mien.persona;

import org.jspecify.annotations.NullMarked;
