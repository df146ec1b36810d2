package dev.mien.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Another process that works on the same database. It reads a persona before the update and once more afterwards.
final class Neighbour implements AutoCloseable {
    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;

    Neighbour(Path directory) {
        try {
            process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Neighbour.class.getName(),
                            directory.toString()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /// @param olderSession the session that had read the persona before
    /// @param newSession a session opened for this read
    record Answers(String olderSession, String newSession) {}

    /// Opens a session in the other process and reads the persona there.
    void read(Way way, String id) {
        orders.println("open " + way + " " + id);
        String name = answer();
        if (!name.equals(Database.OLD)) {
            throw new IllegalStateException("the other process did not read the old name but " + name);
        }
    }

    /// Reads the persona once more in that session, and in a new one.
    Answers readAgain(Way way, String id) {
        orders.println("again " + way + " " + id);
        return new Answers(Observer.judged(answer()), Observer.judged(answer()));
    }

    private String answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("the other process has ended");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Its input ends, and so does the process.
    @Override
    public void close() {
        orders.close();
        process.onExit().join();
    }

    /// The other process. It ends when its input does.
    public static void main(String[] arguments) throws IOException {
        try (var database = new Database(Path.of(arguments[0]));
                var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = orders.readLine();
            while (line != null) {
                String[] opening = line.split(" ");
                var way = Way.valueOf(opening[1]);
                try (var older = way.open(database)) {
                    System.out.println(older.persona(opening[2]).name());
                    orders.readLine();
                    System.out.println(older.persona(opening[2]).name());
                }
                try (var fresh = way.open(database)) {
                    System.out.println(fresh.persona(opening[2]).name());
                }
                line = orders.readLine();
            }
        }
    }
}
