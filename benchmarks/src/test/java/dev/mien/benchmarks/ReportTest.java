package dev.mien.benchmarks;

import static dev.mien.benchmarks.Samples.on;
import static dev.mien.benchmarks.Samples.round;
import static dev.mien.benchmarks.Samples.sample;
import static dev.mien.benchmarks.Samples.series;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Series GET = series(1, "get", 1, 0.85, round(900), round(800));
    private static final Series OPEN = new Series(2, "get", "", "SQLite", 1, 64, 500, 0, 120, List.of(round(500)));
    private static final Series ON_POSTGRESQL = new Series(
            3,
            "strong",
            "",
            "PostgreSQL 18",
            1,
            64,
            0,
            0,
            120,
            List.of(new Series.Round(
                    sample(1_000, 10, 100),
                    new Sample(1, 0, 1, 1, 1, 1, 3, 2, sample(1, 1, 1).latencyMicros()))));

    private static String markdown(Series... series) {
        return new Report(
                        Map.of("name", "test"),
                        List.of(series),
                        List.of(Figure.atMost(250, "memory", "MB", List.of(101.0, 99.0))),
                        List.of("a finding"))
                .markdown();
    }

    private static long cells(String row) {
        return row.chars().filter(c -> c == '|').count();
    }

    @Test
    void markdown_everyTable_hasAsManyCellsInEachRowAsColumns() {
        var lines = markdown(GET, OPEN, ON_POSTGRESQL, on("shipped", GET), on("other", GET))
                .lines()
                .toList();

        int tables = 0;
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith("|") && lines.get(i - 1).startsWith("|")) {
                assertThat(cells(lines.get(i))).as(lines.get(i)).isEqualTo(cells(lines.get(i - 1)));
                tables += lines.get(i).startsWith("|---") ? 1 : 0;
            }
        }
        assertThat(tables).isEqualTo(6);
    }

    @Test
    void markdown_closedLoop_putsEachFigureBelowItsName() {
        var lines = markdown(GET).lines().toList();
        int head =
                lines.indexOf("| load | store | workers | connections | documents/s | ratio to livez | target | CPU µs"
                        + " | livez CPU µs | CPU ratio | driver CPU µs | p50 µs | p99 µs | memory MB |");

        assertThat(lines.get(head + 2))
                .isEqualTo("| get | SQLite | 1 | 64 | 800 · **850** · 900 | 0.80 · **0.85** · 0.90 | 0.85"
                        + " | 20.0 · **20.0** · 20.0 | 10.0 | 0.50 · **0.50** · 0.50 | 5.0 | 100 | 300 | 120 |");
    }

    @Test
    void markdown_targets_sayWhichAreMet() {
        var text = markdown(GET, series(2, "list", 1, 0.25, round(100)));

        assertThat(text)
                .contains("| get | ≥ 0.85 of livez | 0.80 · **0.85** · 0.90 | 0.50 · **0.50** · 0.50 | met |")
                .contains("| list | ≥ 0.25 of livez | 0.10 · **0.10** · 0.10 | 0.50 · **0.50** · 0.50 | **not met** |")
                .contains("| memory | ≤ 250 MB | 99 · **100** · 101 |  | met |");
    }

    @Test
    void markdown_twoServersInTurn_areComparedRoundByRound() {
        var shipped = on("as shipped", series(1, "get", 1, 0, round(100), round(200)));
        var other = on("G1", series(1, "get", 1, 0, round(50), round(200)));

        var text = markdown(shipped, other);

        assertThat(text)
                .contains(
                        "| G1 | as shipped | get | 0.50 · **0.75** · 1.00 | 1.00 · **1.00** · 1.00 | 300 (300) | 120 (120) |");
    }
}
