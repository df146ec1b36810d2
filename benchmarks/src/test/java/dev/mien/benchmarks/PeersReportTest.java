package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersReportTest {
    private static Series series(String server, double... perSecond) {
        var rounds = Arrays.stream(perSecond)
                .mapToObj(each -> new Series.Round(sample(1_000), sample(each)))
                .toList();
        return new Series(1, "get", server, "SQLite", 1, 64, 0, 0, 0, rounds);
    }

    private static Sample sample(double perSecond) {
        var latency = Collections.nCopies(Sample.PERCENTILES.size(), 5.0);
        return new Sample(10, 0, 1, perSecond, 7, 1, 0, 0, latency);
    }

    @Test
    void markdown_roundsOfDifferentSpeed_comparesWithinARound() {
        var series = List.of(series("Mien", 1_000, 4_000, 100), series("Other", 500, 400, 90));

        String text = new PeersReport(Map.of(), series, List.of(), List.of()).markdown();

        assertThat(text).contains("| get | Other | 90 · **400** · 500 | 0.50 |");
    }

    @Test
    void markdown_oneFailedAndOneMissing_saysWhatAndWhy() {
        var verification = Verification.parse("""
                {"verdict": "failed", "verdictInWords": "…", "strength": {"operations": 6598},
                 "violationCounts": {"STALE_READ": 2309, "LOST_WRITE": 22}}
                """);
        var outcome = new PeersReport.Outcome(
                "Other", 2, new FamilyMemory(191_000_000, 147_000_000), new EditProbe(300, 299, 1), verification);
        var report = new PeersReport(
                Map.of("date", "today"),
                List.of(series("Mien", 1_000), series("Other", 250)),
                List.of(outcome),
                List.of("Third is left out: it is not built"));

        String text = report.markdown();

        assertThat(text)
                .contains("- Third is left out: it is not built")
                .contains("| get | Other | 250 · **250** · 250 | 0.25 | 7 · **7** · 7 | 5 | 5 |")
                .contains("| Other | 2 | 191 | 147 | 299 of 300 | 1 of 300 | failed in 6,598 operations:"
                        + " `LOST_WRITE` 22, `STALE_READ` 2,309 |");
    }

    @Test
    void markdown_passed_saysItInTheWordsOfTheVerdict() {
        var verification = Verification.parse("""
                {"verdict": "passed", "verdictInWords": "No violation was found in 5 operations.",
                 "strength": {"operations": 5}, "violationCounts": {}}
                """);
        var outcome = new PeersReport.Outcome("Mien", 1, new FamilyMemory(0, 0), new EditProbe(1, 0, 0), verification);

        String text = new PeersReport(Map.of(), List.of(), List.of(outcome), List.of()).markdown();

        assertThat(text).contains("| No violation was found in 5 operations. |");
    }
}
