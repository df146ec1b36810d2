package dev.mien.store.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server of one test's own, which may be ended and started again on the same data and port.
final class OwnServer implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    /// Starts it.
    ///
    /// @param data may hold the data of another server that was stopped
    OwnServer(Path data) throws IOException {
        this(data, null);
    }

    /// @param upstream the server to follow, if the data are a standby's; null for none
    private OwnServer(Path data, @Nullable OwnServer upstream) throws IOException {
        this.data = data;
        if (upstream != null) {
            follow(upstream);
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        start();
    }

    /// Starts another server on a copy of the data, as a standby of this one, by the name of `standby`.
    ///
    /// @param original the data that this server began with
    OwnServer startStandby(Path original, Path copy) throws IOException {
        copy(original, copy);
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres application_name=standby'\n",
                StandardOpenOption.APPEND);
        return new OwnServer(copy);
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

    /// A streaming standby of this server.
    ///
    /// @param base the data of a stopped server, with which this one began
    /// @param data where the standby's data are to be
    OwnServer newStandby(Path base, Path data) throws IOException {
        copy(base, data);
        Files.createFile(data.resolve("standby.signal"));
        return new OwnServer(data, this);
    }

    /// @param from the data of a stopped server
    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private void follow(OwnServer upstream) throws IOException {
        String setting = "primary_conninfo = 'host=localhost port=" + upstream.port + " user=postgres'\n";
        Files.writeString(data.resolve("postgresql.auto.conf"), setting, StandardOpenOption.APPEND);
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
