package dev.mien.benchmarks;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the figures were taken on.
public record Machine(int cores, String processor, String kernel, String jdk) {

    public static Machine here() throws IOException {
        String processor = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                processor,
                System.getProperty("os.name") + " "
                        + System.getProperty("os.version").split("-")[0],
                System.getProperty("java.vendor.version", "") + " " + System.getProperty("java.version"));
    }

    /// The commit of a checkout, with a plus where it was changed since.
    public static String commit(Path home) throws IOException {
        String commit = git(home, "rev-parse", "--short=7", "HEAD");
        boolean changed = !git(home, "status", "--porcelain", "--", "*.java", "*.sql", "*.xml", "mien")
                .isEmpty();
        return commit.isEmpty() ? "unknown" : changed ? commit + "+" : commit;
    }

    /// How busy it was.
    public static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[2]
                + " over the last quarter of an hour, the benchmark's own included";
    }

    private static String git(Path home, String... arguments) throws IOException {
        var command = new java.util.ArrayList<>(List.of("git", "-C", home.toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var out = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            return out.readAllAsString().strip();
        }
    }
}
