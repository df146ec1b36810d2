/// The store on SQLite in WAL mode. A read is one indexed `SELECT` in autocommit, which sees every commit that ended
/// before it began, in any process (https://www.sqlite.org/isolation.html). See DESIGN.md in this folder.
@NullMarked
package dev.mien.store.sqlite;

import org.jspecify.annotations.NullMarked;
