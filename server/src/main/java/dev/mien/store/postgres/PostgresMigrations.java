package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
import dev.mien.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the schema of a database up to date. Run by each supervisor before its workers; several machines may do it at
/// once, since an advisory lock lets one of them work and the others find it done.
public final class PostgresMigrations {
    private static final Logger log = LoggerFactory.getLogger(PostgresMigrations.class);
    /// The version that this program reads and writes.
    static final String NEWEST = "5";

    /// The number of the advisory lock, as random as any: other programs may lock numbers of the same database.
    private static final long LOCK = 7_203_685_477_580L;

    private PostgresMigrations() {}

    /// @throws StoreUnavailableException in one clear sentence, if the database cannot be used
    public static void migrate(String url, PostgresConfig config) {
        var primary = new Primary(url, config, false);
        try (var connection = primary.connect(Primary.Use.MIGRATE)) {
            warnIfNotDurable(connection);
            text(connection, "SELECT pg_advisory_lock(" + LOCK + ")"); // Let go when the connection closes.
            if (!isNewest(connection)) {
                migrateDatabase(url, config);
            }
        } catch (SQLException | FlywayException e) {
            throw new StoreUnavailableException("cannot prepare the database: " + e.getMessage(), e);
        }
    }

    /// Whether there is nothing to do.
    static boolean isNewest(Connection connection) throws SQLException {
        return version(connection).equals(NEWEST);
    }

    /// The newest migration that was run, 0 in an empty database.
    static String version(Connection connection) throws SQLException {
        return text(connection, "SELECT to_regclass('schema_history')").isEmpty()
                ? "0"
                : text(connection, "SELECT coalesce(max(version::int), 0) FROM schema_history WHERE success");
    }

    private static void warnIfNotDurable(Connection connection) throws SQLException {
        if (!text(connection, "SHOW fsync").equals("on")) {
            log.warn("PostgreSQL runs with fsync off: a crash of its machine can lose what was acknowledged");
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            String text = rows.getString(1);
            return text == null ? "" : text;
        }
    }

    private static void migrateDatabase(String url, PostgresConfig config) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setTargetServerType("primary");
        dataSource.setUrl(url);
        if (!config.user().isEmpty()) {
            dataSource.setUser(config.user());
        }
        if (!config.password().isEmpty()) {
            dataSource.setPassword(config.password());
        }
        Flyway.configure(PostgresMigrations.class.getClassLoader())
                .dataSource(dataSource)
                .table("schema_history")
                .locations("classpath:dev/mien/store/postgres/migrations")
                .placeholderReplacement(false)
                .load()
                .migrate();
    }
}
