/// Moves a whole store from one database to another: [dev.mien.store.copy.StoreCopy] does it, between a
/// [dev.mien.store.copy.Snapshot] and a [dev.mien.store.copy.Target], of which each database has its own. See DESIGN.md
/// in this folder.
@NullMarked
package dev.mien.store.copy;

import org.jspecify.annotations.NullMarked;
