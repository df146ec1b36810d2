package dev.mien.cli;

import dev.mien.checker.fault.Injector;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// What can happen to a PostgreSQL server and to the way there.
final class DatabaseFaults {
    private static final double LONGEST_STALL_MILLIS = 8_000;
    private static final int LONGEST_TRANSACTION_SECONDS = 60;

    private DatabaseFaults() {}

    /// The server crashes and recovers.
    static Injector crash(OwnPostgres postgres) {
        return scene -> {
            scene.struck("database crash", -1);
            postgres.crash();
        };
    }

    /// One session of a worker ends, whatever it is doing.
    static Injector session(OwnPostgres postgres) {
        return scene -> {
            try (var connection = DriverManager.getConnection(postgres.url("postgres"));
                    var terminate = connection.prepareStatement("SELECT pg_terminate_backend(pid)"
                            + " FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'mien'"
                            + " ORDER BY pid OFFSET ? LIMIT 1) one")) {
                terminate.setInt(1, scene.random().nextInt(20));
                if (terminate.executeQuery().next()) {
                    scene.struck("session ended", -1);
                }
            }
        };
    }

    /// The network of one machine swallows everything for a while and delivers it late, or loses one side of its
    /// connections, or both.
    static Injector network(OwnPostgres postgres) {
        return scene -> {
            var wire = postgres.wire(scene.random().nextInt(postgres.machines()));
            switch (scene.random().nextInt(3)) {
                case 0 -> stall(wire, scene.random(), () -> scene.struck("network stalls", -1));
                case 1 -> {
                    scene.struck("half-closed connections", -1);
                    wire.halfClose();
                }
                default -> {
                    scene.struck("connections reset", -1);
                    wire.reset();
                }
            }
        };
    }

    private static void stall(Wire wire, Random random, Runnable struck) throws InterruptedException {
        long millis = (long) Math.pow(LONGEST_STALL_MILLIS, random.nextDouble());
        wire.stall();
        try {
            struck.run();
            Thread.sleep(millis);
        } finally {
            wire.flow();
        }
    }

    /// Somebody leaves a transaction open that has written, for up to a minute, in the store's database and in another
    /// one of the same server. Both are rolled back.
    static Injector openTransaction(OwnPostgres postgres) {
        return scene -> {
            int seconds = 1 + scene.random().nextInt(LONGEST_TRANSACTION_SECONDS);
            scene.struck("open transactions", -1);
            Thread.ofVirtual().start(() -> hold(postgres, seconds));
        };
    }

    private static void hold(OwnPostgres postgres, int seconds) {
        try (var here = begun(postgres.url("postgres"));
                var elsewhere = begun(postgres.url("template1"))) {
            for (String sql : List.of(
                    "INSERT INTO personas (id, document) VALUES (gen_random_uuid()::text, '{\"name\": \"held\"}')",
                    "DELETE FROM personas WHERE document ->> 'name' = 'held'")) {
                try (var statement = here.createStatement()) {
                    statement.execute(sql);
                }
            }
            try (var statement = elsewhere.createStatement()) {
                statement.execute("CREATE TABLE held (id integer)");
            }
            TimeUnit.SECONDS.sleep(seconds);
            here.rollback();
            elsewhere.rollback();
        } catch (SQLException e) {
            // The server went away under it, as it may.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Connection begun(String url) throws SQLException {
        var connection = DriverManager.getConnection(url);
        connection.setAutoCommit(false);
        return connection;
    }
}
