package dev.mien.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// What `mien verify` found on a server.
///
/// @param verdict `passed`, `failed`, `void`, or `not made`
/// @param words the same in a sentence
/// @param violations how many of each kind
record Verification(String verdict, String words, long operations, Map<String, Long> violations) {

    /// Runs it on a server that is ready.
    ///
    /// @param report a directory that is not there yet
    static Verification of(Path home, InetSocketAddress server, int seconds, Path report)
            throws IOException, InterruptedException {
        // Few keys, so that requests meet on a slow server as well.
        var process = new ProcessBuilder(
                        home.resolve("mien").toString(),
                        "verify",
                        "--documents-only", // what the peers have
                        "--url=http://127.0.0.1:" + server.getPort(),
                        "--seconds=" + seconds,
                        "--keys=20",
                        "--report=" + report)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(
                        report.resolveSibling(report.getFileName() + ".txt").toFile()))
                .start();
        int status = process.waitFor();
        var json = report.resolve("report.json");
        return Files.exists(json)
                ? parse(Files.readString(json))
                : new Verification(
                        "not made",
                        "mien verify ended with status " + status + ": "
                                + lastLine(report.resolveSibling(report.getFileName() + ".txt")),
                        0,
                        Map.of());
    }

    private static String lastLine(Path output) throws IOException {
        var lines = Files.readAllLines(output);
        return lines.isEmpty() ? "" : lines.getLast();
    }

    /// @param report its `report.json`
    static Verification parse(String report) {
        var json = new JsonMapper().readTree(report);
        var violations = new TreeMap<String, Long>();
        json.path("violationCounts")
                .properties()
                .forEach(kind -> violations.put(kind.getKey(), kind.getValue().asLong()));
        return new Verification(
                json.path("verdict").asString(),
                json.path("verdictInWords").asString(),
                json.path("strength").path("operations").asLong(),
                violations);
    }
}
