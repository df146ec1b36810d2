package dev.mien.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// `mien serve` in processes of its own, started by its launcher, for as long as it is open.
final class Server implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("Mien serves http://[^:]+:(\\d+)");

    private final Process process;
    private final Thread endWithUs;
    private final int workers;
    private final InetSocketAddress address;

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
        var command =
                new ArrayList<>(List.of(home.resolve("mien").toString(), "serve", "--port=0", "--workers=" + workers));
        command.addAll(settings);
        var builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        // A line for each edit would be all there is to measure.
        builder.environment().put("MIEN_LOG_LEVEL", "WARN");
        if (!javaOptions.isEmpty()) {
            builder.environment().put("MIEN_JAVA_OPTIONS", javaOptions);
        }
        process = builder.start();
        endWithUs = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(endWithUs);
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        var match = ADDRESS.matcher(line == null ? "" : line);
        if (!match.find()) {
            close();
            throw new IOException("the server did not start; its log says why");
        }
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(match.group(1)));
    }

    InetSocketAddress address() {
        return address;
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

    /// Ends it as SIGTERM does.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(endWithUs);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IllegalStateException shuttingDown) {
            process.destroyForcibly();
        }
    }
}
