package dev.mien.store.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A PostgreSQL server of one test's own, which may be ended and started again on the same data and port.
final class OwnServer implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    OwnServer(Path data) throws IOException {
        this.data = data;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        start();
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setRegisterShutdownHook(false)
                .setPort(port)
                .start();
    }

    /// Ends the server as `pg_ctl stop -m immediate` does: without a word to anybody, to recover at its next start.
    void crash() throws IOException, InterruptedException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", Long.toString(pid)).start().waitFor(10, TimeUnit.SECONDS);
        postmaster.onExit().join();
        server.close();
    }

    /// Ends the server in order.
    void stop() throws IOException {
        server.close();
    }

    /// Makes the server one that recovers for ever, as a standby does, from its next start on.
    void becomeStandby() throws IOException {
        Files.createFile(data.resolve("standby.signal"));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
