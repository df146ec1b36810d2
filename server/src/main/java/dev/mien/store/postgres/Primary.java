package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Opens sessions on the primary server, with every setting that the store's promises rest on made and read back.
///
/// **Invariant: no session of this class is on a server in recovery.** It is asked once, when the session opens: a
/// server goes into recovery only by a restart, and that ends the session.
final class Primary implements PostgresReader.Server {
    private static final int OLDEST_VERSION = 15_00_00;

    /// What a session is for, and how long the server and this side wait for each other.
    enum Use {
        READ(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(2)),
        WRITE(Duration.ofSeconds(6), Duration.ofSeconds(2), Duration.ofSeconds(3)),
        FOLLOW(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2)),
        STANDBY(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
        MIGRATE(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(1)),
        /// A whole store in one transaction, of which the other side may be slow.
        COPY(Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofSeconds(10));

        /// Longest time of one statement; the server ends it.
        final Duration statement;
        /// Longest time that an open transaction may wait for its worker. One that is stopped or cut off keeps its
        /// locks no longer.
        final Duration idleInTransaction;
        /// Longest time that a statement waits for one lock.
        final Duration lock;

        Use(Duration statement, Duration idleInTransaction, Duration lock) {
            this.statement = statement;
            this.idleInTransaction = idleInTransaction;
            this.lock = lock;
        }

        /// Longest time of one transaction; zero for no limit.
        Duration transaction() {
            return this == COPY
                    ? Duration.ZERO
                    : statement.plus(idleInTransaction).plusSeconds(2);
        }

        /// A little longer than the server needs to say that time is up: only a server that cannot be reached is silent
        /// for so long.
        int socketSeconds() {
            return (int) statement.toSeconds() + 2;
        }
    }

    private static final String SETTINGS = """
            SET default_transaction_isolation = 'read committed';
            SET standard_conforming_strings = on;
            SET client_min_messages = warning;
            SET statement_timeout = %1$d;
            SET idle_in_transaction_session_timeout = %2$d;
            SET lock_timeout = %3$d;
            SET tcp_keepalives_idle = 3;
            SET tcp_keepalives_interval = 1;
            SET tcp_keepalives_count = 3;
            SET tcp_user_timeout = 6000;
            SELECT set_config('transaction_timeout', '%4$d', false)
             WHERE current_setting('server_version_num')::int >= 170000;
            SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') <> 'remote_apply'
            """;

    private static final String FOUND = """
            SELECT pg_is_in_recovery(), current_setting('server_version_num')::int, current_setting('server_encoding'),
                   current_setting('synchronous_commit'), current_setting('default_transaction_isolation')
            """;

    private static final String LINE = """
            SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
              FROM pg_control_system()
            """;

    private final String url;
    private final PostgresConfig config;
    /// Empty before the first session.
    private final AtomicReference<String> newestLine = new AtomicReference<>("");

    Primary(String url, PostgresConfig config) {
        this.url = url;
        this.config = config;
    }

    /// @throws SQLException also where the server is not a primary of a version and encoding that fit
    Connection open(Use use) throws SQLException {
        var connection = connect(url, config, use);
        try {
            requireFit(connection);
            newestLine.accumulateAndGet(lineOfHistory(connection), Primary::newer);
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    @Override
    public Connection open() throws SQLException {
        return open(Use.READ);
    }

    /// Nothing: what an answer of the primary needs was asked when its session opened.
    @Override
    public String standing() {
        return "NULL::text";
    }

    @Override
    public void require(@Nullable String standing) {}

    /// The newest line of history that any session has met, before it was used. Timelines only grow along a history, so
    /// a session that is late to tell of an older one changes nothing. Once servers of different data were met this is
    /// no line at all.
    String newestLine() {
        return newestLine.get();
    }

    private static String newer(String known, String met) {
        if (known.isEmpty()) {
            return met;
        }
        boolean sameData = known.split("/", 2)[0].equals(met.split("/", 2)[0]);
        return !sameData ? "several" : met.compareTo(known) > 0 ? met : known;
    }

    /// A session with every setting made, on whatever server answers.
    static Connection connect(String url, PostgresConfig config, Use use) throws SQLException {
        var connection = new Driver().connect(url, properties(config, use));
        if (connection == null) {
            throw new SQLException("not an address of PostgreSQL; it begins with jdbc:postgresql://");
        }
        try (var statement = connection.createStatement()) {
            statement.execute(SETTINGS.formatted(
                    use.statement.toMillis(),
                    use.idleInTransaction.toMillis(),
                    use.lock.toMillis(),
                    use.transaction().toMillis()));
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private static Properties properties(PostgresConfig config, Use use) {
        var properties = new Properties();
        if (!config.user().isEmpty()) {
            PGProperty.USER.set(properties, config.user());
        }
        if (!config.password().isEmpty()) {
            PGProperty.PASSWORD.set(properties, config.password());
        }
        PGProperty.APPLICATION_NAME.set(properties, "mien");
        PGProperty.CONNECT_TIMEOUT.set(properties, use == Use.STANDBY ? 1 : 2);
        PGProperty.SOCKET_TIMEOUT.set(properties, use.socketSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        // A statement without parameters goes as one message, however many commands it has.
        PGProperty.PREFER_QUERY_MODE.set(properties, "extendedForPrepared");
        return properties;
    }

    private static void requireFit(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(FOUND)) {
            row.next();
            require(!row.getBoolean(1), "the server is a standby; the store needs the primary");
            require(row.getInt(2) >= OLDEST_VERSION, "PostgreSQL 15 or newer is needed");
            require("UTF8".equals(row.getString(3)), "the database's encoding must be UTF8");
            String synchronous = row.getString(4);
            require(
                    "on".equals(synchronous) || "remote_apply".equals(synchronous),
                    "synchronous_commit stays " + synchronous + ", and so a write could be lost");
            require("read committed".equals(row.getString(5)), "the isolation level stays " + row.getString(5));
        }
    }

    private static void require(boolean fits, String otherwise) throws SQLException {
        if (!fits) {
            throw new SQLException(otherwise);
        }
    }

    /// Names the server's data and its line of history: the system identifier, and the timeline in the names of its WAL
    /// files, another one after each promotion. Fixed while a session lives.
    static String lineOfHistory(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(LINE)) {
            row.next();
            return row.getString(1);
        }
    }

    static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // Nothing is lost: the server ends what was open.
            }
        }
    }
}
