/// Documents in memory that are never stale: a [dev.mien.store.Store] in front of another one that proves, before it
/// answers from memory, that it knows of every change. `DESIGN.md` in this folder says what is guaranteed and how.
@NullMarked
package dev.mien.cache;

import org.jspecify.annotations.NullMarked;
