package dev.mien.cli;

import dev.mien.checker.fault.SideDoor;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// A PostgreSQL server of our own, with a database for servers of ours, each of which reaches it over a [Wire] of its
/// own.
final class OwnPostgres implements OwnStore {
    private static final String PARAMETERS = "?user=postgres&sslmode=disable&gssEncMode=disable";

    private final Path data;
    private final int port;
    private final List<Wire> wires = new ArrayList<>();
    private final EmbeddedPostgres server;

    /// Starts it.
    ///
    /// @param machines how many servers will use it
    OwnPostgres(Path data, int machines) {
        this.data = data;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.server = start();
        for (int machine = 0; machine < machines; machine++) {
            wires.add(new Wire(port));
        }
    }

    private EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("max_connections", "200")
                    .setPort(port)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start", e);
        }
    }

    /// Ends the server without a word to anybody and starts it again: it recovers from its log.
    void crash() throws IOException, InterruptedException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        var program = Path.of(ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .orElseThrow());
        var restart = new ArrayList<String>();
        if ("root".equals(System.getProperty("user.name"))) {
            restart.addAll(List.of("unshare", "-U")); // It refuses to run as root.
        }
        restart.addAll(List.of(
                program.resolveSibling("pg_ctl").toString(),
                "restart",
                "-D",
                data.toString(),
                "-m",
                "immediate",
                "-w"));
        int status = new ProcessBuilder(restart)
                .redirectErrorStream(true)
                .redirectOutput(
                        Redirect.appendTo(data.resolveSibling("postgres.log").toFile()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("PostgreSQL does not start again");
        }
    }

    Wire wire(int machine) {
        return wires.get(machine);
    }

    int machines() {
        return wires.size();
    }

    /// The address of a database of this server, past all wires.
    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + PARAMETERS;
    }

    @Override
    public List<String> settings(int machine) {
        return List.of(
                "--database=jdbc:postgresql://127.0.0.1:" + wires.get(machine).port() + "/postgres" + PARAMETERS);
    }

    @Override
    public SideDoor sideDoor() throws SQLException {
        return new PostgresSideDoor(() -> DriverManager.getConnection(url("postgres")));
    }

    @Override
    public void close() {
        wires.forEach(Wire::close);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
