/// Durable storage of documents: what a reader may ask ([Store]), what a writer hands in ([Edit]) and gets back
/// ([Outcome]), and the queue through which a worker's edits reach the database. Knows no feature: to it a persona is a
/// row of a [Collection].
@NullMarked
package dev.mien.store;

import org.jspecify.annotations.NullMarked;
