/// What all resources share: routes and the description made of them, bodies, preconditions, cursors, answers, and the
/// one place that turns failures into problems.
@NullMarked
package dev.mien.http;

import org.jspecify.annotations.NullMarked;
