package dev.mien.benchmarks.parts;

import dev.mien.benchmarks.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a run: `result.json` with every round, and `README.md` for people.
///
/// @param about date, commit and the like, in the order in which they are shown
record Report(Map<String, String> about, List<Part> parts) {

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(directory.resolve("result.json"), json.writeValueAsString(this) + "\n");
        Files.writeString(directory.resolve("README.md"), markdown());
    }

    String markdown() {
        var text = new StringBuilder("# Parts: " + about.getOrDefault("name", "") + "\n\n| | |\n|---|---|\n");
        about.forEach((key, value) -> {
            if (!key.equals("name")) {
                text.append("| ").append(key).append(" | ").append(value).append(" |\n");
            }
        });
        text.append("""

                The three figures are the minimum, the median and the maximum over the rounds; `us` are microseconds. Throughput
                is that of all threads together. What each benchmark asks stands atop its class.
                """);
        for (String group : parts.stream().map(Part::group).distinct().toList()) {
            text.append("\n## " + group + "\n\n| part | of | threads | score | unit |\n|---|---|--:|--:|---|\n");
            parts.stream().filter(part -> part.group().equals(group)).forEach(part -> text.append(row(part)));
        }
        return text.append("\nEvery round is in [result.json](result.json).\n").toString();
    }

    private static String row(Part part) {
        var spread = Spread.of(part.scores());
        int digits = spread.median() < 10 ? 2 : spread.median() < 1_000 ? 1 : 0;
        return "| " + part.benchmark() + " | "
                + String.join(", ", part.parameters().values()) + " | " + part.threads() + " | " + spread.text(digits)
                + " | " + part.unit() + " |\n";
    }
}
