package dev.mien.checker.report;

/// How long answers took, in nanoseconds, by nearest rank.
record Percentiles(long count, long p50, long p90, long p99, long p999, long maximum) {}
