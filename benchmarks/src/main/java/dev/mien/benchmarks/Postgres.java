package dev.mien.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/// A PostgreSQL server of our own, with the settings it comes with, and what it counts about itself.
public final class Postgres implements AutoCloseable {
    private static final String DATABASE = "mien";

    private final EmbeddedPostgres server;
    private final Connection counter;
    private final long pid;

    public Postgres(Path directory) throws IOException, SQLException {
        server = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("max_connections", "200")
                .setServerConfig("shared_preload_libraries", "pg_stat_statements")
                .start();
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        counter = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
        try (var statement = counter.createStatement()) {
            statement.execute("CREATE EXTENSION pg_stat_statements");
        }
        pid = Long.parseLong(
                Files.readAllLines(directory.resolve("postmaster.pid")).getFirst());
    }

    public int port() {
        return server.getPort();
    }

    /// @param port of the server, or of something in front of it
    public static String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/" + DATABASE + "?user=postgres&sslmode=disable";
    }

    /// Processor time of all its processes so far.
    long cpuNanos() {
        return Cpu.familyNanos(pid);
    }

    /// Statements that were run in the database so far.
    long statements() {
        try (var statement = counter.createStatement();
                var rows = statement.executeQuery("SELECT coalesce(sum(s.calls), 0) FROM pg_stat_statements s"
                        + " JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '" + DATABASE + "'")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String version() throws SQLException {
        return counter.getMetaData().getDatabaseProductVersion();
    }

    @Override
    public void close() throws IOException {
        try {
            counter.close();
        } catch (SQLException e) {
            // It ends with its server.
        }
        server.close();
    }
}
