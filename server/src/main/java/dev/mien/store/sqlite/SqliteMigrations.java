package dev.mien.store.sqlite;

import dev.mien.store.StoreUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteDataSource;

/// Makes the database and brings its schema up to date. Run once, by whoever starts the workers and before any of them.
public final class SqliteMigrations {
    /// The version that this program reads and writes.
    static final String NEWEST = "5";

    private SqliteMigrations() {}

    /// @throws StoreUnavailableException in one clear sentence, if the directory or the database cannot be used
    public static void migrate(Path directory) {
        requireSafe(directory);
        var file = directory.resolve(SqliteStore.FILE);
        try (var connection = Sqlite.openWriter(file)) {
            if (!isNewest(connection)) {
                migrateDatabase(file);
            }
        } catch (SQLException | FlywayException e) {
            throw new StoreUnavailableException("cannot prepare " + file + ": " + e.getMessage(), e);
        }
    }

    /// @throws StoreUnavailableException if SQLite is not safe on the file system of the directory, which need not
    /// exist
    public static void requireSafe(Path directory) {
        var existing = directory.toAbsolutePath().normalize();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        FileSystems.unsafeFor(existing).ifPresent(type -> {
            throw new StoreUnavailableException(directory + " is on a " + type
                    + " file system, where SQLite loses data; choose a directory on a local disk");
        });
    }

    /// Whether there is nothing to do. Asked first because to load Flyway takes longer than all the rest of a start.
    static boolean isNewest(Connection connection) throws SQLException {
        String known = Sqlite.queryText(
                connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_history'");
        return known.equals("1")
                && Sqlite.queryText(
                                connection,
                                "SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM schema_history WHERE success")
                        .equals(NEWEST);
    }

    private static void migrateDatabase(Path file) {
        var dataSource = new SQLiteDataSource();
        dataSource.setUrl("jdbc:sqlite:" + file);
        Flyway.configure(SqliteMigrations.class.getClassLoader())
                .dataSource(dataSource)
                .table("schema_history")
                .locations("classpath:dev/mien/store/sqlite/migrations")
                .placeholderReplacement(false)
                .load()
                .migrate();
    }
}
