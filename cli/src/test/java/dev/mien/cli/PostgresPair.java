package dev.mien.cli;

import dev.mien.checker.fault.SideDoor;
import dev.mien.checker.fault.Signal;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A PostgreSQL server and a synchronous standby of it, which can take its place once.
final class PostgresPair implements OwnStore {
    private final Path directory;
    private final int primaryPort = freePort();
    private final int standbyPort = freePort();
    private final EmbeddedPostgres primary;
    private final EmbeddedPostgres standby;

    PostgresPair(Path directory) throws Exception {
        this.directory = directory;
        start("primary", primaryPort).close();
        copy(directory.resolve("primary"), directory.resolve("standby"));
        Files.createFile(directory.resolve("standby/standby.signal"));
        Files.writeString(
                directory.resolve("standby/postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + primaryPort + " user=postgres application_name=standby'\n",
                StandardOpenOption.APPEND);
        primary = start("primary", primaryPort);
        standby = start("standby", standbyPort);
        ask(primaryPort, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        ask(primaryPort, "SELECT pg_reload_conf()");
        while (!ask(primaryPort, "SELECT max(sync_state) FROM pg_stat_replication")
                .equals("sync")) {
            Thread.sleep(50);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedPostgres start(String name, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve(name))
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setPort(port)
                .start();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static String ask(int port, String sql) throws SQLException {
        try (var session =
                        DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres");
                var statement = session.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            var row = statement.getResultSet();
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /// Ends the primary without a word to anybody, and puts the standby in its place.
    void failOver() throws Exception {
        long pid = Long.parseLong(
                Files.readAllLines(directory.resolve("primary/postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        Signal.send("QUIT", postmaster);
        postmaster.onExit().get(30, TimeUnit.SECONDS);
        if (!ask(standbyPort, "SELECT pg_promote(true, 60)").equals("t")) {
            throw new IllegalStateException("the standby was not promoted");
        }
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + primaryPort + ",127.0.0.1:" + standbyPort + "/postgres?user=postgres";
    }

    @Override
    public List<String> settings(int machine) {
        return List.of("--database=" + url());
    }

    @Override
    public SideDoor sideDoor() throws SQLException {
        return new PostgresSideDoor(() -> DriverManager.getConnection(url() + "&targetServerType=primary"));
    }

    @Override
    public void close() {
        try {
            standby.close();
            primary.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
