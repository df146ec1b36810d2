package dev.mien.checker.verdict;

import java.time.Duration;
import java.util.Map;

/// How hard the run tried to find a violation.
///
/// @param operations all requests, answered or not
/// @param reads answered requests that wrote nothing
/// @param writes acknowledged writes
/// @param overlappingReads reads that were under way together with a write of the same document
/// @param crossWorkerReads reads answered by another worker than the last write of the document acknowledged before
/// them
/// @param unknown how the writes without an answer turned out
/// @param faults how many of each kind
/// @param longestSilence the longest time without any answer
/// @param incarnations how many histories of the store the tokens named
/// @param undecidedKeys documents whose unknown writes left too many choices to search them all
public record Strength(
        long operations,
        long reads,
        long writes,
        long overlappingReads,
        long crossWorkerReads,
        Settled unknown,
        Map<String, Long> faults,
        Duration longestSilence,
        int incarnations,
        long undecidedKeys) {

    /// The writes of unknown outcome, by what the rest of the history says of them.
    ///
    /// @param happened their values were seen, or a version needs each of them
    /// @param didNotHappen no version at rest can be theirs
    /// @param cannotTell the history fits with either
    public record Settled(long happened, long didNotHappen, long cannotTell) {
        public static final Settled NONE = new Settled(0, 0, 0);

        Settled plus(Settled other) {
            return new Settled(
                    happened + other.happened, didNotHappen + other.didNotHappen, cannotTell + other.cannotTell);
        }
    }
}
