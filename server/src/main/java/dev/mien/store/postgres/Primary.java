package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
import dev.mien.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Opens sessions on the primary server, with every setting that the store's promises rest on made and read back.
///
/// **Invariant: no session of this class is on a server in recovery.** It is asked once, when the session opens: a
/// server goes into recovery only by a restart, and that ends the session.
///
/// **Invariant: the incarnation that a session reads names the server's line of history.** The line is the system
/// identifier and the timeline of the WAL, another one after each promotion. It is fixed while the session lives, since
/// a timeline ends only with a recovery. Before a session is given out, the incarnation is made anew where it was made
/// for another line ([#nameHistory]). So sessions that read the same incarnation are on the same line, and one that was
/// left over from a server that is no longer the primary is known by its answers, at whatever line of the code anybody
/// was paused.
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
                   current_setting('synchronous_commit'), current_setting('default_transaction_isolation'),
                   current_setting('synchronous_standby_names')
            """;

    private static final String NO_STANDBYS =
            "postgres.fenced-checks needs synchronous standbys, and synchronous_standby_names is empty";

    /// A commit of nothing, answered as one of a change is: once the synchronous standbys have it.
    static final String MARK =
            "SELECT current_setting('synchronous_standby_names'), pg_logical_emit_message(true, 'mien', ''::text)";

    private static final String LINE = """
            SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
              FROM pg_control_system()
            """;

    /// Whoever comes second waits for the first and finds it done. It need not reach a standby: one that is promoted
    /// without it has another line again. To wait for one would keep a server that was just promoted from answering.
    private static final String NAME_HISTORY = """
            BEGIN;
            SET LOCAL synchronous_commit = local;
            UPDATE log_head SET incarnation = left(replace(gen_random_uuid()::text, '-', ''), 16), line = '%1$s'
             WHERE id = 1 AND line <> '%1$s';
            COMMIT
            """;

    /// Longest time, in seconds, that each host of the URL may take to answer while a session is opened, and that the
    /// synchronous standbys may take to confirm.
    private static final int ANSWER_SECONDS = 2;

    private final String url;
    private final PostgresConfig config;
    private final boolean readOnly;

    /// @param readOnly whether nothing may be written, not even the name of a history
    Primary(String url, PostgresConfig config, boolean readOnly) {
        this.url = url;
        this.config = config;
        this.readOnly = readOnly;
    }

    /// A session on a database that is migrated.
    ///
    /// @throws SQLException also where the server is not a primary of a version and encoding that fit
    Connection open(Use use) throws SQLException {
        var connection = connect(use);
        try {
            nameHistory(connection);
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

    /// None: what an answer of the primary needs was asked when its session opened.
    @Override
    public String objection() {
        return "NULL::text";
    }

    /// Gives the history of a server that was promoted, or of a copy in another server, an incarnation of its own. What
    /// was acknowledged before may be missing in it, and its revisions may name other changes.
    void nameHistory(Connection connection) throws SQLException {
        String line = lineOfHistory(connection);
        try (var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("SELECT line FROM log_head WHERE id = 1")) {
                row.next();
                if (row.getString(1).equals(line)) {
                    return;
                }
            }
            require(!readOnly, "the server was promoted, and no worker that may write has been here since");
            statement.execute(NAME_HISTORY.formatted(line));
        }
    }

    boolean isFenced() {
        return config.fencedChecks();
    }

    /// Proves, where that is asked for, that the server was still the primary after what the session has just read, and
    /// that its synchronous standbys have all of that. To be called after a read and before it is answered.
    ///
    /// The mark is written into the WAL behind every commit that the read saw, and a standby confirms it together with
    /// all that stands before it. Whichever standby confirmed it was none that had been promoted. So nobody had
    /// promoted it when the read began, and if it is promoted later, it has what was read.
    ///
    /// @throws StoreUnavailableException if that could not be proved
    @Override
    public void fence(Connection connection) throws SQLException {
        if (!isFenced()) {
            return;
        }
        try (var statement = connection.createStatement();
                var row = marked(statement)) {
            row.next();
            if (row.getString(1).isBlank()) {
                throw new StoreUnavailableException(NO_STANDBYS);
            }
            if (statement.getWarnings() != null) {
                // The wait was given up; the mark may be in this server alone.
                throw new StoreUnavailableException("no standby confirms that the server is still the primary: "
                        + statement.getWarnings().getMessage());
            }
        }
    }

    /// A wait for standbys ends by itself only with their answer: the server's time limit of a statement does not apply
    /// to its commit, nor does the server notice that nobody is there any more. So it is told to give up.
    private static ResultSet marked(Statement statement) throws SQLException {
        statement.setQueryTimeout(ANSWER_SECONDS);
        return statement.executeQuery(MARK);
    }

    /// A session on any database of a primary, as [#open] otherwise.
    Connection connect(Use use) throws SQLException {
        var connection = connect(url, config, use);
        try {
            requireFit(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /// A session with every setting made, on whatever server answers.
    static Connection connect(String url, PostgresConfig config, Use use) throws SQLException {
        var connection = new Driver().connect(url, properties(config, use));
        if (connection == null) {
            throw new SQLException("not an address of PostgreSQL; it begins with jdbc:postgresql://");
        }
        try (var statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, use.socketSeconds() * 1000);
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

    /// What the URL says goes before these.
    private static Properties properties(PostgresConfig config, Use use) {
        var properties = new Properties();
        PGProperty.TARGET_SERVER_TYPE.set(properties, use == Use.STANDBY ? "any" : "primary");
        if (!config.user().isEmpty()) {
            PGProperty.USER.set(properties, config.user());
        }
        if (!config.password().isEmpty()) {
            PGProperty.PASSWORD.set(properties, config.password());
        }
        PGProperty.APPLICATION_NAME.set(properties, "mien");
        int seconds = use == Use.STANDBY ? 1 : ANSWER_SECONDS;
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
        PGProperty.SOCKET_TIMEOUT.set(properties, ANSWER_SECONDS);
        PGProperty.HOST_RECHECK_SECONDS.set(properties, ANSWER_SECONDS);
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, ANSWER_SECONDS);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        // A statement without parameters goes as one message, however many commands it has.
        PGProperty.PREFER_QUERY_MODE.set(properties, "extendedForPrepared");
        return properties;
    }

    private void requireFit(Connection connection) throws SQLException {
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
            require(!isFenced() || !row.getString(6).isBlank(), NO_STANDBYS);
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
