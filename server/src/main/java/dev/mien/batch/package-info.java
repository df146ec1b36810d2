/// Many edits in one request, all or nothing or each for itself.
@NullMarked
package dev.mien.batch;

import org.jspecify.annotations.NullMarked;
