package dev.mien.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a run: `result.json` with every time, and `README.md` for people.
///
/// @param about date, commit and the like, in the order in which they are shown
record Report(Map<String, String> about, List<Observation> observations, List<Stopwatch.Times> times) {

    private record Column(String title, Function<Observation, String> cell) {}

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("result.json"), json.writeValueAsString(this) + "\n");
        Files.writeString(directory.resolve("README.md"), markdown());
    }

    private String markdown() {
        var text = new StringBuilder("# The stale session and its remedies\n\n| | |\n|---|---|\n");
        about.forEach((key, value) ->
                text.append("| ").append(key).append(" | ").append(value).append(" |\n"));
        return text.append("""

                [docs/stale-session.md](../../../docs/stale-session.md) explains the tables. Every cell was observed in this run.

                ## What a reader sees after the commit

                """)
                .append(readers(observations))
                .append("\n## What becomes of the rest of the session\n\n")
                .append(rest(observations))
                .append("\n## SQL statements, with 100 personas in the session\n\n")
                .append(statements(observations))
                .append("""

                ## Time of one update in microseconds

                From the call of the updating method until it gives back its object, by how many personas the session has read before.
                Each cell has the lower quartile, the median and the upper quartile.

                """)
                .append(times(times))
                .append("\nEvery time is in [result.json](result.json).\n")
                .toString();
    }

    static String readers(List<Observation> observations) {
        return table(
                observations,
                new Column("answer of the update", each -> same(each.answer(), each.answerOfUser())),
                new Column("asked again", Observation::askedAgain),
                new Column("method without the remedy", Observation::forgotten),
                new Column(
                        "session opened afterwards, here / in another process",
                        each -> both(each.newSession(), each.newSessionElsewhere())),
                new Column(
                        "session that had read it before, here / in another process",
                        each -> both(each.olderSession(), each.olderSessionElsewhere())));
    }

    static String rest(List<Observation> observations) {
        return table(
                observations,
                new Column("the object held before", Observation::heldObject),
                new Column("saving another change through it", Observation::laterChange),
                new Column("another object, changed by somebody else", Observation::otherObject),
                new Column("that one, asked again", Observation::otherAskedAgain),
                new Column("its reference not loaded yet", Observation::lazyOwner),
                new Column(
                        "pending change, same table / other table",
                        each -> both(each.pendingPersona(), each.pendingUser())));
    }

    static String statements(List<Observation> observations) {
        return table(
                observations,
                new Column("for the update", each -> count(each, each.statements())),
                new Column("to read all 100 again afterwards", each -> count(each, each.statementsToReload())));
    }

    /// Statements of Mien's store go past the counter, and no way does without any.
    private static String count(Observation observation, int statements) {
        return observation.statements() == 0 ? "not counted" : Integer.toString(statements);
    }

    private static String same(String persona, String user) {
        return persona.equals(user) ? persona : "persona " + persona + ", user " + user;
    }

    private static String both(String here, String there) {
        return here + " / " + there;
    }

    private static String table(List<Observation> observations, Column... columns) {
        var lines = new ArrayList<String>();
        lines.add(
                "| | " + java.util.Arrays.stream(columns).map(Column::title).collect(Collectors.joining(" | ")) + " |");
        lines.add("|---".repeat(columns.length + 1) + "|");
        for (var each : observations) {
            lines.add("| " + each.way().title() + " | "
                    + java.util.Arrays.stream(columns)
                            .map(column -> column.cell.apply(each))
                            .collect(Collectors.joining(" | "))
                    + " |");
        }
        return String.join("\n", lines) + "\n";
    }

    static String times(List<Stopwatch.Times> times) {
        var text = new StringBuilder("| | ")
                .append(Stopwatch.OBJECTS.stream()
                        .map(objects -> String.format(Locale.ROOT, "%,d", objects))
                        .collect(Collectors.joining(" | ")))
                .append(" |\n|---")
                .append("|--:".repeat(Stopwatch.OBJECTS.size()))
                .append("|\n");
        for (var way : Way.values()) {
            text.append("| ").append(way.title());
            for (int objects : Stopwatch.OBJECTS) {
                var of = times.stream()
                        .filter(each -> each.way() == way && each.objects() == objects)
                        .findFirst()
                        .orElseThrow();
                text.append(String.format(
                        Locale.ROOT,
                        " | %,.0f · **%,.0f** · %,.0f",
                        of.quantile(0.25),
                        of.quantile(0.5),
                        of.quantile(0.75)));
            }
            text.append(" |\n");
        }
        return text.toString();
    }
}
