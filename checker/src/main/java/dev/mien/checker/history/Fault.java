package dev.mien.checker.history;

/// Something that was broken on purpose.
///
/// @param kind `kill`, `pause`, `sql` …
/// @param atNanos on the clock of the operations
/// @param worker whom it hit, -1 when it hit no single one
public record Fault(String kind, long atNanos, int worker) {}
