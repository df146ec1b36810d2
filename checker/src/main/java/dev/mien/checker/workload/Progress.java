package dev.mien.checker.workload;

/// How far a run has come.
///
/// @param elapsedNanos since the first client began
/// @param answered operations that were answered with what the document is or was made
/// @param unanswered operations that failed or whose outcome is unknown
/// @param unreachable how often no connection was to be had
/// @param workers how many workers have answered so far
public record Progress(long elapsedNanos, long answered, long unanswered, long unreachable, int workers) {}
