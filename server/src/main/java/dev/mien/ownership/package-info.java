/// The personas of a user, and handing them to another.
@NullMarked
package dev.mien.ownership;

import org.jspecify.annotations.NullMarked;
