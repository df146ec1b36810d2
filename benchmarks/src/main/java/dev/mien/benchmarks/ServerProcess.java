package dev.mien.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Any server that says on standard output where it listens, in processes of its own for as long as it is open. What
/// else it says goes to our standard error.
final class ServerProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile(" serves http://[^:]+:(\\d+)");

    private final Process process;
    private final Thread endWithUs;
    private final InetSocketAddress address;

    /// Waits for the line with the address.
    ///
    /// @throws IOException when the process ends without one
    ServerProcess(ProcessBuilder command) throws IOException {
        process = command.redirectError(Redirect.INHERIT).start();
        endWithUs = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(endWithUs);
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        int port = port(out);
        if (port == 0) {
            close();
            throw new IOException("the server did not start; its log says why");
        }
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(() -> handOn(out));
    }

    /// 0 when there is none.
    private static int port(BufferedReader out) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            var match = ADDRESS.matcher(line);
            if (match.find()) {
                return Integer.parseInt(match.group(1));
            }
            System.err.println(line);
        }
        return 0;
    }

    private static void handOn(BufferedReader out) {
        try (out) {
            out.lines().forEach(System.err::println);
        } catch (IOException | UncheckedIOException ended) {
            // Nothing is left to hand on.
        }
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
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
