package dev.mien.cli;

import dev.mien.api.MienClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A server of our own, `mien serve` in a process of its own, with its workers, for as long as it is open.
final class ServerProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("Mien serves (http://\\S+)");

    private final Process process;
    private final URI address;
    private final Thread endWithUs;

    /// Starts a server on an SQLite store, as below.
    ServerProcess(Path data, int workers, Path log, String... settings) {
        this(Map.of(), workers, log, with("--data=" + data, settings));
    }

    /// Starts a server on any free port and waits until all its workers are ready.
    ///
    /// @param environment variables for the server and its workers
    /// @param log where its log goes
    /// @throws UncheckedIOException with the end of the log, if it does not start
    ServerProcess(Map<String, String> environment, int workers, Path log, List<String> settings) {
        var command =
                Program.command(List.of("-Xmx64m", "-XX:+UseSerialGC"), "serve", "--port=0", "--workers=" + workers);
        command.addAll(settings);
        try {
            var builder = new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile()));
            // A line for each edit of clients that make thousands a second would be all there is to see.
            builder.environment().putIfAbsent("MIEN_LOG_LEVEL", "WARN");
            builder.environment().putAll(environment);
            process = builder.start();
            endWithUs = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(endWithUs);
            var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            var match = ADDRESS.matcher(line == null ? "" : line);
            if (!match.find()) {
                throw new IOException("the server did not start: " + Files.readString(log));
            }
            address = URI.create(match.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> with(String first, String... others) {
        var settings = new ArrayList<>(List.of(first));
        settings.addAll(List.of(others));
        return settings;
    }

    URI address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    /// The process ids of the workers that run now.
    List<ProcessHandle> workers() {
        return process.children().toList();
    }

    /// A client that is connected to the worker with this number. The kernel chooses the worker of each connection, so
    /// connections are made until one fits.
    MienClient clientOf(int worker) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            var client = new MienClient(address);
            try {
                if (client.personas().list(Map.of("limit", "1")).worker() == worker) {
                    return client;
                }
            } catch (UncheckedIOException startingAgain) {
                // The next connection goes elsewhere.
            }
            client.close();
        }
        throw new IllegalStateException("no connection to worker " + worker + " was to be had");
    }

    /// One client for each worker, in the order of their numbers.
    List<MienClient> clientsOfAll(int workers) {
        var clients = new ArrayList<MienClient>();
        for (int worker = 1; worker <= workers; worker++) {
            clients.add(clientOf(worker));
        }
        return clients;
    }

    /// Ends the server as SIGTERM does.
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
