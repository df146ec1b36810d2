package dev.mien.worker;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/// The supervisor's end of one worker. Used by the supervisor's thread alone.
final class WorkerProcess {
    /// What a worker says, besides the answers of [Worker].
    static final String EXITED = "exited";

    final int number;
    final long startedAt = System.nanoTime();
    private final Process process;
    private final Writer orders;
    private long heardAt = System.nanoTime();
    boolean ready;
    boolean draining;

    /// @param said called by threads of this class with what the worker says, in order, and at the end [#EXITED]
    /// @throws UncheckedIOException if the system gives no process
    WorkerProcess(int number, List<String> command, BiConsumer<WorkerProcess, String> said) {
        this.number = number;
        try {
            this.process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker", e);
        }
        this.orders = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII));
        Thread.ofPlatform().name("mien-worker-" + number).daemon().start(() -> listen(said));
    }

    private void listen(BiConsumer<WorkerProcess, String> said) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.accept(this, line);
            }
        } catch (IOException e) {
            // The worker is ending; what follows says so.
        }
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        said.accept(this, EXITED);
    }

    /// Sends an order. One that no longer arrives is not missed: the worker is ending, and says so.
    void order(String order) {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            // See above.
        }
    }

    void heard() {
        heardAt = System.nanoTime();
    }

    boolean silentFor(Duration time) {
        return System.nanoTime() - heardAt > time.toNanos();
    }

    void kill() {
        process.destroyForcibly();
    }

    long pid() {
        return process.pid();
    }

    /// The status that it exited with, 128 and the signal's number if it was killed.
    int exitStatus() {
        return process.exitValue();
    }
}
