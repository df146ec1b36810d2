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

/// The result of a comparison: `result.json` with every round, and `README.md` for people.
///
/// @param about date, commit and the like, in the order in which they are shown
/// @param series of one load and number of connections stand together; the first of them is what the others are
///     compared with
/// @param missing a sentence for each server that could not take part
record PeersReport(Map<String, String> about, List<Series> series, List<Outcome> outcomes, List<String> missing) {

    /// What was found out about one server beside its speed.
    ///
    /// @param memory after the loads
    record Outcome(String server, int workers, FamilyMemory memory, EditProbe probe, Verification verification) {}

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("result.json"), json.writeValueAsString(this) + "\n");
        Files.writeString(directory.resolve("README.md"), markdown());
    }

    String markdown() {
        var text = new StringBuilder("# Mien and its peers\n\n| | |\n|---|---|\n");
        about.forEach((key, value) ->
                text.append("| ").append(key).append(" | ").append(value).append(" |\n"));
        text.append("""

                What the peers are, and what was chosen for them, is in [benchmarks/peers](../../peers/README.md). All servers run
                at the same time and take turns under load, on connections that stay open. A cell with three figures has the
                minimum, the median and the maximum over the rounds; a single figure is a median. CPU is the time of all
                processes of a server per request. The share is the throughput divided by that of the first server in the same
                round.
                """);
        if (!missing.isEmpty()) {
            text.append('\n');
            missing.forEach(sentence -> text.append("- ").append(sentence).append('\n'));
        }
        for (int connections :
                series.stream().map(Series::connections).distinct().toList()) {
            text.append("\n## ")
                    .append(connections == 1 ? "One connection" : connections + " connections")
                    .append("\n\n| load | server | requests/s | share | CPU µs | p50 µs | p99 µs |\n")
                    .append("|---|---|--:|--:|--:|--:|--:|\n");
            var ofThese = series.stream()
                    .filter(each -> each.connections() == connections)
                    .toList();
            ofThese.forEach(each -> text.append(row(each, first(ofThese, each.load()))));
        }
        text.append("""

                ## Memory and freshness

                Memory is that of all processes of a server after the loads. Resident memory counts pages that processes share
                once for each; the proportional set counts them by shares. *Old answers* are edits whose own answer shows the
                document as it was before; *old reads* are reads on another connection, begun after the edit was answered, that
                do not show it. The last column is what `mien verify` found in the server under load.

                | server | workers | resident MB | proportional MB | old answers | old reads | `mien verify` |
                |---|--:|--:|--:|--:|--:|---|
                """);
        outcomes.forEach(each -> text.append(row(each)));
        return text.append("\nEvery round is in [result.json](result.json).\n").toString();
    }

    private static Series first(List<Series> series, String load) {
        return series.stream()
                .filter(each -> each.load().equals(load))
                .findFirst()
                .orElseThrow();
    }

    private static String row(Series series, Series first) {
        long failures = series.rounds().stream()
                .mapToLong(round -> round.load().failures())
                .sum();
        return "| " + series.load() + (failures == 0 ? "" : " (" + failures + " failed)") + " | " + series.server()
                + " | " + series.spread(round -> round.load().perSecond()).text(0) + " | "
                + Spread.number(
                        series.over(first, round -> round.load().perSecond()).median(), 2) + " | "
                + series.spread(round -> round.load().serverCpuMicros()).text(0) + " | "
                + Spread.number(series.median(round -> round.load().latencyMicros(50)), 0) + " | "
                + Spread.number(series.median(round -> round.load().latencyMicros(99)), 0) + " |\n";
    }

    private static String row(Outcome outcome) {
        return "| " + outcome.server() + " | " + outcome.workers() + " | "
                + Spread.number(outcome.memory().residentBytes() / 1e6, 0) + " | "
                + Spread.number(outcome.memory().proportionalBytes() / 1e6, 0) + " | "
                + outcome.probe().oldAnswers() + " of " + outcome.probe().edits() + " | "
                + outcome.probe().oldReads() + " of " + outcome.probe().edits() + " | "
                + words(outcome.verification()) + " |\n";
    }

    private static String words(Verification verification) {
        if (!verification.verdict().equals("failed")) {
            return verification.words();
        }
        return "failed in " + count(verification.operations()) + " operations: "
                + verification.violations().entrySet().stream()
                        .map(kind -> "`" + kind.getKey() + "` " + count(kind.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
