package dev.mien.benchmarks;

import static dev.mien.benchmarks.Samples.on;
import static dev.mien.benchmarks.Samples.round;
import static dev.mien.benchmarks.Samples.sample;
import static dev.mien.benchmarks.Samples.series;
import static dev.mien.benchmarks.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static List<Verdict> judged(Series... series) {
        return Verdict.of(List.of(series), List.of());
    }

    @Test
    void ratio_medianAtTarget_isMet() {
        var verdicts = judged(series(1, "get", 1, 0.85, round(500), round(850), round(2_000)));

        assertThat(verdicts).singleElement().satisfies(verdict -> {
            assertThat(verdict.isMet()).isTrue();
            assertThat(verdict.wanted()).isEqualTo("≥ 0.85 of livez");
            assertThat(verdict.measured()).isEqualTo("0.50 · **0.85** · 2.00");
            assertThat(verdict.cpu()).isEqualTo("0.50 · **0.50** · 0.50");
        });
    }

    @Test
    void ratio_medianBelowTarget_isNotMet() {
        var verdicts = judged(series(1, "get", 1, 0.85, round(849), round(849), round(2_000)));

        assertThat(verdicts).extracting(Verdict::isMet).containsExactly(false);
    }

    @Test
    void ratio_failures_areNotMetHoweverFast() {
        var failed = new Sample(10, 3, 1, 2_000, 10, 5, 0, 0, sample(0, 0, 0).latencyMicros());

        var verdicts = judged(series(1, "get", 1, 0.85, new Series.Round(sample(1_000, 10, 100), failed)));

        assertThat(verdicts).singleElement().satisfies(verdict -> {
            assertThat(verdict.isMet()).isFalse();
            assertThat(verdict.measured()).contains("3 failed");
        });
    }

    @Test
    void ratio_otherConnectionsWorkersOrServers_isNotJudged() {
        var usual = series(1, "get", 1, 0.85, round(900));

        var verdicts = judged(
                with(16, usual),
                series(1, "get", 2, 0.85, round(900)),
                on("other", usual),
                series(2, "create", 1, 0, round(1)));

        assertThat(verdicts).isEmpty();
    }

    @Test
    void hot_roundsOfTheSameMeasurement_areDividedOneByOne() {
        var patch = series(3, Loads.PATCH, 1, 0, round(100), round(400), round(100));
        var hot = series(3, Loads.HOT, 1, 0, round(49), round(400), round(50));
        var earlier = series(2, Loads.PATCH, 1, 0, round(1), round(1), round(1));

        var verdicts = judged(earlier, patch, hot);

        assertThat(verdicts).singleElement().satisfies(verdict -> {
            assertThat(verdict.measured()).isEqualTo("0.49 · **0.50** · 1.00");
            assertThat(verdict.isMet()).isTrue();
        });
    }

    @Test
    void contending_fourWorkers_areJudgedByTailAndByShareOfOne() {
        var one = series(4, Loads.PATCH, 1, 0, round(100), round(100), round(100));
        var four = series(4, Loads.PATCH, 4, 0, round(69, 1_001), round(69, 1_000), round(200, 900));

        var verdicts = judged(one, four);

        assertThat(verdicts).extracting(Verdict::isMet).containsExactly(true, false);
        assertThat(verdicts)
                .extracting(Verdict::measured)
                .containsExactly("9.0 · **10.0** · 10.0", "0.69 · **0.69** · 2.00");
    }

    @Test
    void contending_withoutOneWorkerInTurn_isNotJudged() {
        var verdicts = judged(series(4, Loads.PATCH, 1, 0, round(100)), series(5, Loads.PATCH, 4, 0, round(90)));

        assertThat(verdicts).isEmpty();
    }

    @Test
    void figure_medianOverItsLimit_isNotMet() {
        var verdicts = Verdict.of(
                List.of(),
                List.of(
                        Figure.atMost(1, "start", "s", List.of(0.9, 1.1, 1.2)),
                        Figure.atMost(250, "memory", "MB", List.of(250.0)),
                        Figure.atLeast(20_000, "loading", "documents/s", List.of(19_999.0)),
                        Figure.atMost(0, "lost", "edits", List.of(0.0)),
                        Figure.of("else", "s", List.of(9.0))));

        assertThat(verdicts).extracting(Verdict::target).containsExactly("start", "memory", "loading", "lost");
        assertThat(verdicts).extracting(Verdict::isMet).containsExactly(false, true, false, true);
        assertThat(verdicts.getFirst().wanted()).isEqualTo("≤ 1 s");
        assertThat(verdicts).extracting(Verdict::measured).contains("0.90 · **1.10** · 1.20", "**250**", "**0**");
    }
}
