package dev.mien.lab;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.mien.store.CommitConfig;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.slf4j.LoggerFactory;

/// The tables of personas and users in one SQLite file, and Mien's own store beside it, both in WAL mode and with
/// `synchronous=FULL`. Another process may open the same directory.
final class Database implements AutoCloseable {
    /// What every persona and user is called at first.
    static final String OLD = "old";

    private final String url;
    private final AtomicInteger statements = new AtomicInteger();
    private final SessionFactory sessions;
    private final SqliteStore store;

    Database(Path directory) {
        // It warns at each start that Hibernate's own connection pool is not for production, which this is not.
        ((Logger) LoggerFactory.getLogger("org.hibernate.orm.connections.pooling")).setLevel(Level.ERROR);
        url = "jdbc:sqlite:" + directory.resolve("lab.db");
        sessions = new Configuration()
                .addAnnotatedClass(Persona.class)
                .addAnnotatedClass(User.class)
                .setProperty("hibernate.connection.url", url)
                // Or else a read outside of a transaction would begin one that nobody ends.
                .setProperty("hibernate.connection.autocommit", "true")
                .setProperty("hibernate.connection.journal_mode", "WAL")
                .setProperty("hibernate.connection.synchronous", "FULL")
                .setProperty("hibernate.connection.busy_timeout", "5000")
                .setProperty("hibernate.dialect", SQLiteDialect.class.getName())
                .setStatementInspector((StatementInspector) sql -> {
                    statements.incrementAndGet();
                    return sql;
                })
                .buildSessionFactory();
        SqliteMigrations.migrate(directory);
        store = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(10), 10_000), false);
    }

    /// Makes the tables, with personas `p00001`, `p00002` … of which each belongs to the user of the same number.
    void fill(int personas) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL)");
            statement.execute("""
                    CREATE TABLE personas (id TEXT PRIMARY KEY, name TEXT NOT NULL, greeting TEXT NOT NULL,
                        owner_id TEXT NOT NULL REFERENCES users (id))
                    """);
            statement.execute("BEGIN IMMEDIATE");
            statement.execute("""
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT)
                    INSERT INTO users SELECT format('u%05d', n), 'old' FROM numbers
                    """.replace("COUNT", Integer.toString(personas)));
            statement.execute("""
                    INSERT INTO personas SELECT replace(id, 'u', 'p'), 'old', 'old', id FROM users
                    """);
            statement.execute("COMMIT");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        MienStore.fill(store, personas);
    }

    static String persona(int number) {
        return "p%05d".formatted(number);
    }

    static String user(int number) {
        return "u%05d".formatted(number);
    }

    SessionFactory sessions() {
        return sessions;
    }

    SqliteStore store() {
        return store;
    }

    /// A connection of one's own, as Hibernate's are.
    Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("journal_mode", "WAL");
        properties.setProperty("synchronous", "FULL");
        properties.setProperty("busy_timeout", "5000");
        return DriverManager.getConnection(url, properties);
    }

    String sqliteVersion() {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT sqlite_version()")) {
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Counts a statement that did not go through Hibernate.
    String counted(String sql) {
        statements.incrementAndGet();
        return sql;
    }

    /// How many statements were issued so far, without `BEGIN` and `COMMIT`.
    int statements() {
        return statements.get();
    }

    @Override
    public void close() {
        store.close();
        sessions.close();
    }
}
