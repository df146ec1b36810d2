package dev.mien.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `mien serve` in processes of its own, started by its launcher, for as long as it is open.
final class Server implements AutoCloseable {
    private final int workers;
    private final ServerProcess process;

    /// Waits until all its workers are ready.
    ///
    /// @param home the directory with the launcher
    /// @param settings as flags
    Server(Path home, int workers, List<String> settings) throws IOException {
        this(home, workers, settings, "");
    }

    /// @param javaOptions for its JVMs, separated by spaces; empty for those it comes with
    Server(Path home, int workers, List<String> settings, String javaOptions) throws IOException {
        this.workers = workers;
        var builder = command(home, workers, settings);
        if (!javaOptions.isEmpty()) {
            builder.environment().put("MIEN_JAVA_OPTIONS", javaOptions);
        }
        process = new ServerProcess(builder);
    }

    static ProcessBuilder command(Path home, int workers, List<String> settings) {
        var command =
                new ArrayList<>(List.of(home.resolve("mien").toString(), "serve", "--port=0", "--workers=" + workers));
        command.addAll(settings);
        var builder = new ProcessBuilder(command);
        // A line for each edit would be all there is to measure.
        builder.environment().put("MIEN_LOG_LEVEL", "WARN");
        return builder;
    }

    InetSocketAddress address() {
        return process.address();
    }

    /// What the workers have used so far; the supervisor does nothing while they work.
    long cpuNanos() {
        return Cpu.childrenNanos(process.pid());
    }

    int workers() {
        return workers;
    }

    /// What the largest worker takes in memory.
    long residentBytes() {
        return Memory.largestChildBytes(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
