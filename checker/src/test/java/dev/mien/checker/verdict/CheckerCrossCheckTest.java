package dev.mien.checker.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.Operation;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The fast check and the plain search agree on every small history. `-Dchecker.seed=17 -Dchecker.histories=1` repeats
/// one.
class CheckerCrossCheckTest {
    private static final long SEED = Long.getLong("checker.seed", 1);
    private static final int HISTORIES = Integer.getInteger("checker.histories", 20_000);

    @Test
    void check_randomHistories_agreesWithTheDefinition() {
        var checker = new Checker(new CheckConfig(0, 200_000));
        int linearizable = 0;

        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            var random = new RandomHistory(seed);
            for (int spoiled = (int) (seed % 4); spoiled > 0; spoiled--) {
                random.spoil();
            }

            boolean expected = WingGong.isLinearizable(random.operationsWithRest());
            var verdict = checker.check(random.history());

            assertThat(expected || seed % 4 > 0)
                    .as("an unspoiled history is linearizable, seed %d", seed)
                    .isTrue();
            assertThat(verdict)
                    .as("seed %d, linearizable: %s%n%s", seed, expected, new Shown(random))
                    .isInstanceOf(expected ? Verdict.Passed.class : Verdict.Failed.class);
            linearizable += expected ? 1 : 0;
        }

        if (HISTORIES >= 1_000) {
            assertThat(linearizable).isBetween(HISTORIES / 5, HISTORIES * 4 / 5);
        }
    }

    /// Renders only when an assertion fails.
    private record Shown(RandomHistory random) {
        @Override
        public String toString() {
            return random.operationsWithRest().stream()
                    .sorted(Comparator.comparingLong(Operation::invokedNanos))
                    .map(operation -> "%5d to %5d  %s"
                            .formatted(
                                    operation.invokedNanos(), operation.completedNanos(), Timeline.describe(operation)))
                    .collect(Collectors.joining("\n"));
        }
    }
}
