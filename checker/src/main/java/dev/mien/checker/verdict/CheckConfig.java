package dev.mien.checker.verdict;

/// What makes a run count, and how long the checker searches.
///
/// @param minimumOverlaps a run with fewer reads that overlapped a write of the same document is void
/// @param maximumSearchSteps how many choices of unknown writes are tried for one document, at least 1
public record CheckConfig(long minimumOverlaps, int maximumSearchSteps) {
    public static final CheckConfig DEFAULT = new CheckConfig(1_000, 200_000);

    public CheckConfig {
        if (minimumOverlaps < 0 || maximumSearchSteps < 1) {
            throw new IllegalArgumentException("a negative minimum, or no search at all");
        }
    }
}
