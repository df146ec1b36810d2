package dev.mien.checker.verdict;

import java.util.List;
import java.util.Map;

/// What a history proves.
public sealed interface Verdict {
    Strength strength();

    /// No violation was found, in a run that was strong enough to find some. It says no more than that.
    record Passed(Strength strength) implements Verdict {}

    /// The promise was broken.
    ///
    /// @param counts how often each kind was found
    /// @param violations of each kind the first few
    record Failed(Strength strength, Map<ViolationKind, Long> counts, List<Violation> violations) implements Verdict {
        public Failed {
            violations = List.copyOf(violations);
        }
    }

    /// No violation was found, but the run was too weak to count as a proof.
    ///
    /// @param reason one sentence
    record VoidRun(Strength strength, String reason) implements Verdict {}
}
