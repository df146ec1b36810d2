/// The store on PostgreSQL, for workers on several machines. A read is one statement on the primary; edits are run on
/// rows that are locked, and written with one message. See DESIGN.md in this folder.
@NullMarked
package dev.mien.store.postgres;

import org.jspecify.annotations.NullMarked;
