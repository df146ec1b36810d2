/// What clients saw of a deployment while it was used and broken: operations, faults, and the state at rest.
/// A history is plain data. It is recorded by whoever drives the clients, kept as JSON lines, and judged by
/// `dev.mien.checker.verdict`, at once or years later.
@NullMarked
package dev.mien.checker.history;

import org.jspecify.annotations.NullMarked;
