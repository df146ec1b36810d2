package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a run: `result.json` with every round, `README.md` for people, and plots.
///
/// @param about date, commit and the like, in the order in which they are shown
/// @param findings what else was counted, a sentence each
record Report(Map<String, String> about, List<Series> series, List<String> findings) {

    /// One line for the console.
    static String line(Series series) {
        return String.format(
                Locale.ROOT,
                "%-24s %-10s %d workers %3d connections%s  %8.0f/s  ratio %s  CPU %.1f µs (livez %.1f: %s, driver %.1f)"
                        + "  p50 %.0f p99 %.0f µs%s",
                series.title(),
                series.store(),
                series.workers(),
                series.connections(),
                series.ratePerSecond() > 0 ? String.format(Locale.ROOT, " at %.0f/s", series.ratePerSecond()) : "",
                series.median(round -> round.load().perSecond()),
                spread(series.spread(Series.Round::ratio), 2),
                series.median(round -> round.load().serverCpuMicros()),
                series.median(round -> round.livez().serverCpuMicros()),
                spread(series.spread(Series.Round::cpuRatio), 2),
                series.median(round -> round.load().driverCpuMicros()),
                series.median(round -> round.load().latencyMicros(50)),
                series.median(round -> round.load().latencyMicros(99)),
                failures(series) > 0 ? "  FAILURES " + failures(series) : "");
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("result.json"), json.writeValueAsString(this) + "\n");
        Files.writeString(directory.resolve("throughput.svg"), Plots.throughput(closed()));
        if (!open().isEmpty()) {
            Files.writeString(directory.resolve("latency.svg"), Plots.latency(open()));
        }
        Files.writeString(directory.resolve("README.md"), markdown());
    }

    private List<Series> closed() {
        return series.stream().filter(each -> each.ratePerSecond() == 0).toList();
    }

    private List<Series> open() {
        return series.stream().filter(each -> each.ratePerSecond() > 0).toList();
    }

    private String markdown() {
        var text = new StringBuilder("# Load: " + about.getOrDefault("name", "") + "\n\n| | |\n|---|---|\n");
        about.forEach((key, value) -> {
            if (!key.equals("name")) {
                text.append("| ").append(key).append(" | ").append(value).append(" |\n");
            }
        });
        text.append("""

                Throughput is in documents per second; a ratio is the load's throughput divided by that of `/livez`, the same
                server's constant answer, right before it on the same connections. Each cell with three figures has the
                minimum, the median and the maximum over the rounds; a single figure is a median. CPU is the time of the
                server's worker processes per document, and of the driver per document. The CPU ratio is that of `/livez` divided
                by the load's: what the ratio would be if the driver cost nothing. Latency is per request.
                """);
        if (!findings.isEmpty()) {
            text.append('\n');
            findings.forEach(finding -> text.append("- ").append(finding).append('\n'));
        }
        boolean database = series.stream()
                .anyMatch(each ->
                        each.rounds().stream().anyMatch(round -> round.load().databaseStatements() > 0));
        if (!closed().isEmpty()) {
            text.append("\n## Closed loop\n\n![Throughput](throughput.svg)\n\n")
                    .append(
                            "| load | workers | connections | documents/s | ratio to livez | target | CPU µs | livez CPU µs"
                                    + " | driver CPU µs | p50 µs | p99 µs |")
                    .append(database ? " database CPU µs | statements |" : "")
                    .append("\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
                    .append(database ? "--:|--:|\n" : "\n");
            closed().forEach(each -> text.append(closedRow(each, database)));
        }
        if (!open().isEmpty()) {
            text.append("""

                    ## Open loop

                    Requests come at a fixed rate, whether the server keeps up or not, and latency counts from the moment at which
                    a request was due (no coordinated omission).

                    ![Latency](latency.svg)

                    | load | store | workers | connections | rate/s | answered/s | p50 µs | p90 µs | p99 µs | p99.9 µs | p99.99 µs | longest µs |
                    |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
                    """);
            open().forEach(each -> text.append(openRow(each)));
        }
        return text.append("\nEvery round is in [result.json](result.json).\n").toString();
    }

    private static String closedRow(Series series, boolean database) {
        return "| " + series.title() + failed(series) + " | " + series.store() + " | " + series.workers() + " | "
                + series.connections() + " | "
                + spread(series.spread(round -> round.load().perSecond()), 0) + " | "
                + spread(series.spread(Series.Round::ratio), 2) + " | "
                + (series.target() > 0 ? number(series.target(), 2) : "") + " | "
                + spread(series.spread(round -> round.load().serverCpuMicros()), 1) + " | "
                + number(series.median(round -> round.livez().serverCpuMicros()), 1) + " | "
                + spread(series.spread(Series.Round::cpuRatio), 2) + " | "
                + number(series.median(round -> round.load().driverCpuMicros()), 1) + " | "
                + number(series.median(round -> round.load().latencyMicros(50)), 0) + " | "
                + number(series.median(round -> round.load().latencyMicros(99)), 0) + " |"
                + (database
                        ? " " + number(series.median(round -> round.load().databaseCpuMicros()), 1) + " | "
                                + number(series.median(round -> round.load().databaseStatements()), 2) + " |"
                        : "")
                + "\n";
    }

    private static String openRow(Series series) {
        return "| " + series.title() + failed(series) + " | " + series.store() + " | " + series.workers() + " | "
                + series.connections() + " | "
                + number(series.ratePerSecond(), 0) + " | "
                + number(series.median(round -> round.load().perSecond()), 0) + " | "
                + Sample.PERCENTILES.stream()
                        .map(percentile ->
                                number(series.median(round -> round.load().latencyMicros(percentile)), 0))
                        .collect(Collectors.joining(" | "))
                + " |\n";
    }

    private static String failed(Series series) {
        return failures(series) == 0 ? "" : " (" + failures(series) + " failed)";
    }

    private static long failures(Series series) {
        return series.rounds().stream()
                .mapToLong(round -> round.load().failures() + round.livez().failures())
                .sum();
    }

    private static String spread(Series.Spread spread, int digits) {
        return number(spread.minimum(), digits) + " · **" + number(spread.median(), digits) + "** · "
                + number(spread.maximum(), digits);
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
