package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a run: `result.json` with every round, `README.md` for people, and plots.
///
/// @param about date, commit and the like, in the order in which they are shown
/// @param figures what else was measured
/// @param findings what else was counted, a sentence each
record Report(Map<String, String> about, List<Series> series, List<Figure> figures, List<String> findings) {

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
                series.spread(Series.Round::ratio).text(2),
                series.median(round -> round.load().serverCpuMicros()),
                series.median(round -> round.livez().serverCpuMicros()),
                series.spread(Series.Round::cpuRatio).text(2),
                series.median(round -> round.load().driverCpuMicros()),
                series.median(round -> round.load().latencyMicros(50)),
                series.median(round -> round.load().latencyMicros(99)),
                series.failures() > 0 ? "  FAILURES " + series.failures() : "");
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("result.json"), json.writeValueAsString(this) + "\n");
        if (!closed().isEmpty()) {
            Files.writeString(directory.resolve("throughput.svg"), Plots.throughput(closed()));
        }
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

    String markdown() {
        var text = new StringBuilder("# Load: " + about.getOrDefault("name", "") + "\n\n| | |\n|---|---|\n");
        about.forEach((key, value) -> {
            if (!key.equals("name")) {
                text.append(row(key, value));
            }
        });
        text.append("""

                Throughput is in documents per second; a ratio is the load's throughput divided by that of `/livez`, the same
                server's constant answer, right before it on the same connections. Each cell with three figures has the
                minimum, the median and the maximum over the rounds; a single figure is a median. CPU is the time of the
                server's worker processes per document, and of the driver per document. The CPU ratio is that of `/livez` divided
                by the load's: what the ratio would be if the driver cost nothing. Latency is per request. Memory is what the
                largest worker took at the end (VmRSS).
                """);
        if (!findings.isEmpty()) {
            text.append('\n');
            findings.forEach(finding -> text.append("- ").append(finding).append('\n'));
        }
        targets(text);
        compared(text);
        if (!figures.isEmpty()) {
            text.append("\n## Figures\n\n").append(head("-what", "times", "-unit", "measured"));
            var shown = new HashSet<String>(); // A figure may be held against two targets.
            figures.stream()
                    .filter(figure -> shown.add(figure.what()))
                    .forEach(figure ->
                            text.append(row(figure.what(), "" + figure.values().size(), figure.unit(), figure.text())));
        }
        closedLoops(text);
        openLoops(text);
        return text.append("\nEvery round is in [result.json](result.json).\n").toString();
    }

    private void targets(StringBuilder text) {
        var verdicts = Verdict.of(series, figures);
        if (!verdicts.isEmpty()) {
            text.append("""

                    ## Targets

                    The median decides; the ratio by processor time stands beside it.

                    """).append(head("-target", "-wanted", "measured", "by CPU time", "-met"));
            verdicts.forEach(verdict -> text.append(row(
                    verdict.target(),
                    verdict.wanted(),
                    verdict.measured(),
                    verdict.cpu(),
                    verdict.isMet() ? "met" : "**not met**")));
        }
    }

    /// Two servers that took turns, round by round.
    private record Pair(Series first, Series second) {}

    private List<Pair> pairs() {
        var pairs = new ArrayList<Pair>();
        for (var first : closed()) {
            closed().stream()
                    .filter(second -> second.measurement() == first.measurement()
                            && second.load().equals(first.load())
                            && closed().indexOf(second) > closed().indexOf(first)
                            && !second.server().equals(first.server()))
                    .forEach(second -> pairs.add(new Pair(first, second)));
        }
        return pairs;
    }

    private void compared(StringBuilder text) {
        if (pairs().isEmpty()) {
            return;
        }
        text.append("""

                ## Compared

                The second server's figure divided by that of the first, which took turns with it, round by round. More is better
                for throughput, less for CPU. Latency and memory are those of the second and, in brackets, of the first.

                """).append(head("-server", "-with", "-load", "throughput", "CPU", "p99 µs", "memory MB"));
        for (var pair : pairs()) {
            var second = pair.second();
            var first = pair.first();
            text.append(row(
                    second.server(),
                    first.server(),
                    second.load(),
                    second.over(first, round -> round.load().perSecond()).text(2),
                    second.over(first, round -> round.load().serverCpuMicros()).text(2),
                    median(second, 99) + " (" + median(first, 99) + ")",
                    Spread.number(second.residentMegabytes(), 0) + " (" + Spread.number(first.residentMegabytes(), 0)
                            + ")"));
        }
    }

    private void closedLoops(StringBuilder text) {
        if (closed().isEmpty()) {
            return;
        }
        boolean database = series.stream()
                .anyMatch(each ->
                        each.rounds().stream().anyMatch(round -> round.load().databaseStatements() > 0));
        var columns = new ArrayList<>(List.of(
                "-load",
                "-store",
                "workers",
                "connections",
                "documents/s",
                "ratio to livez",
                "target",
                "CPU µs",
                "livez CPU µs",
                "CPU ratio",
                "driver CPU µs",
                "p50 µs",
                "p99 µs",
                "memory MB"));
        if (database) {
            columns.addAll(List.of("database CPU µs", "statements"));
        }
        text.append("\n## Closed loop\n\n![Throughput](throughput.svg)\n\n")
                .append(head(columns.toArray(String[]::new)));
        closed().forEach(each -> text.append(closedRow(each, database)));
    }

    private void openLoops(StringBuilder text) {
        if (open().isEmpty()) {
            return;
        }
        text.append("""

                ## Open loop

                Requests come at a fixed rate, whether the server keeps up or not, and latency counts from the moment at which
                a request was due (no coordinated omission).

                ![Latency](latency.svg)

                """)
                .append(head(
                        "-load",
                        "-store",
                        "workers",
                        "connections",
                        "rate/s",
                        "answered/s",
                        "p50 µs",
                        "p90 µs",
                        "p99 µs",
                        "p99.9 µs",
                        "p99.99 µs",
                        "longest µs"));
        open().forEach(each -> text.append(openRow(each)));
    }

    private static String closedRow(Series series, boolean database) {
        var cells = new ArrayList<>(List.of(
                series.title() + failed(series),
                series.store(),
                "" + series.workers(),
                "" + series.connections(),
                series.spread(round -> round.load().perSecond()).text(0),
                series.spread(Series.Round::ratio).text(2),
                series.isJudged() ? Spread.number(series.target(), 2) : "",
                series.spread(round -> round.load().serverCpuMicros()).text(1),
                Spread.number(series.median(round -> round.livez().serverCpuMicros()), 1),
                series.spread(Series.Round::cpuRatio).text(2),
                Spread.number(series.median(round -> round.load().driverCpuMicros()), 1),
                median(series, 50),
                median(series, 99),
                Spread.number(series.residentMegabytes(), 0)));
        if (database) {
            cells.add(Spread.number(series.median(round -> round.load().databaseCpuMicros()), 1));
            cells.add(Spread.number(series.median(round -> round.load().databaseStatements()), 2));
        }
        return row(cells.toArray(String[]::new));
    }

    private static String openRow(Series series) {
        var cells = new ArrayList<>(List.of(
                series.title() + failed(series),
                series.store(),
                "" + series.workers(),
                "" + series.connections(),
                Spread.number(series.ratePerSecond(), 0),
                Spread.number(series.median(round -> round.load().perSecond()), 0)));
        Sample.PERCENTILES.forEach(percentile -> cells.add(median(series, percentile)));
        return row(cells.toArray(String[]::new));
    }

    private static String median(Series series, double percentile) {
        return Spread.number(series.median(round -> round.load().latencyMicros(percentile)), 0);
    }

    private static String failed(Series series) {
        return series.failures() == 0 ? "" : " (" + series.failures() + " failed)";
    }

    /// The first two lines of a table.
    ///
    /// @param columns those of text with a minus before them, so that they are not set to the right
    private static String head(String... columns) {
        var names = new ArrayList<String>();
        var rules = new StringBuilder("|");
        for (String column : columns) {
            names.add(column.replaceFirst("^-", ""));
            rules.append(column.startsWith("-") ? "---|" : "--:|");
        }
        return row(names.toArray(String[]::new)) + rules + "\n";
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
