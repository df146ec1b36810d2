/// Servers that are broken on purpose, each in one way, and one that is right: what the checker must catch and what it
/// must let pass. A [Flaw] names each; a [BrokenServer] serves it over HTTP.
///
/// All of them keep an honest, linearizable [Database] in memory. What is wrong is between it and the client: in the
/// [Worker] that reads and writes for one base address. Only one flaw, [RepeatingCounter], is in the database.
@NullMarked
package dev.mien.checker.broken;

import org.jspecify.annotations.NullMarked;
