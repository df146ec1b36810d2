package dev.mien.store.postgres;

import dev.mien.store.CommitConfig;
import dev.mien.store.PostgresConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A PostgreSQL server of the tests' own, one for all tests of a JVM, and databases in it.
public final class PostgresServer {
    public static final CommitConfig COMMIT = new CommitConfig(256, Duration.ofSeconds(30), 10_000);
    public static final PostgresConfig CONFIG = new PostgresConfig("", "", 4, false);
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private PostgresServer() {}

    /// Started by whoever asks for a database first, and by nobody who only wants the settings.
    private static final class Started {
        static final EmbeddedPostgres SERVER = start();
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("max_connections", "200")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The address of a new and migrated database.
    public static String newDatabase() {
        String url = newEmptyDatabase();
        PostgresMigrations.migrate(url, CONFIG);
        return url;
    }

    public static String newEmptyDatabase() {
        String name = "mien_" + DATABASES.incrementAndGet();
        try (var connection = Started.SERVER.getPostgresDatabase().getConnection()) {
            run(connection, "CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Started.SERVER.getJdbcUrl("postgres", name);
    }

    public static PostgresStore open(String url) {
        return new PostgresStore(url, CONFIG, COMMIT, false);
    }

    /// A session as `psql` has it, with the server's defaults.
    public static Connection psql(String url) throws SQLException {
        return DriverManager.getConnection(url);
    }

    public static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of what a query finds.
    public static List<String> column(Connection connection, String sql) throws SQLException {
        var values = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
