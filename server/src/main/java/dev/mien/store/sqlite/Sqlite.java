package dev.mien.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Connections as this store needs them. Every setting is asserted after it is made, because SQLite answers a setting
/// that it cannot take with silence.
final class Sqlite {
    /// Before it a commit could be lost when the WAL was reset (https://www.sqlite.org/wal.html#walresetbug).
    private static final int[] OLDEST_VERSION = {3, 51, 3};

    private Sqlite() {}

    /// A connection that writes: one per worker, used by its committing thread alone.
    static Connection openWriter(Path file) throws SQLException {
        return open(
                file,
                false,
                Map.of(
                        "journal_mode", "wal",
                        "synchronous", "2", // FULL: a commit returns when it is on disk
                        "busy_timeout", "1000",
                        "foreign_keys", "1",
                        "recursive_triggers", "1", // so that REPLACE fires delete triggers
                        "secure_delete", "1", // what is erased is overwritten; costs nothing that can be measured
                        "journal_size_limit", "67108864",
                        "wal_autocheckpoint", "8000",
                        "cache_size", "-8000",
                        // What undoes a statement that fails in its triggers (some pages for each edit) stays in
                        // memory: https://www.sqlite.org/tempfiles.html
                        "temp_store", "2"));
    }

    /// A connection that writes a row now and then, beside those who commit documents.
    static Connection openSide(Path file) throws SQLException {
        return open(
                file,
                false,
                Map.of(
                        "journal_mode", "wal",
                        "synchronous", "2",
                        "busy_timeout", "5000",
                        "secure_delete", "1",
                        "wal_autocheckpoint", "8000",
                        "cache_size", "-500"));
    }

    /// A connection that reads: in autocommit, one statement at a time, each result read to its end and closed, since
    /// an open statement would hold on to an old snapshot.
    static Connection openReader(Path file) throws SQLException {
        return open(file, true, Map.of("query_only", "1", "busy_timeout", "5000", "cache_size", "-2000"));
    }

    private static Connection open(Path file, boolean readOnly, Map<String, String> pragmas) throws SQLException {
        var config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setPragma(Pragma.MMAP_SIZE, "0");
        // The rest is set below, so that each setting's answer is seen.
        var connection = config.createConnection("jdbc:sqlite:" + file);
        try {
            requireVersion(queryText(connection, "SELECT sqlite_version()"));
            for (var pragma : pragmas.entrySet()) {
                set(connection, pragma.getKey(), pragma.getValue());
            }
            require("locking_mode", "normal", queryText(connection, "PRAGMA locking_mode"));
            require("journal_mode", "wal", queryText(connection, "PRAGMA journal_mode"));
            require("encoding", "UTF-8", queryText(connection, "PRAGMA encoding"));
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void set(Connection connection, String pragma, String value) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA " + pragma + " = " + value);
        }
        require(pragma, value, queryText(connection, "PRAGMA " + pragma));
    }

    private static void require(String pragma, String wanted, String found) throws SQLException {
        if (!found.equalsIgnoreCase(wanted)) {
            throw new SQLException("SQLite does not take " + pragma + " = " + wanted + " here; it stays " + found);
        }
    }

    static void requireVersion(String version) throws SQLException {
        String[] parts = version.split("\\.");
        for (int i = 0; i < OLDEST_VERSION.length; i++) {
            int part = Integer.parseInt(parts[i]);
            if (part != OLDEST_VERSION[i]) {
                if (part > OLDEST_VERSION[i]) {
                    return;
                }
                throw new SQLException(
                        "SQLite " + version + " can lose commits in WAL mode; 3.51.3 or newer is needed");
            }
        }
    }

    static String queryText(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new SQLException("no answer to: " + sql);
            }
            return rows.getString(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// What is done within a transaction.
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /// Does something in a transaction that has the write lock from its start.
    ///
    /// @throws SQLException where it fails; then nothing was done, unless it was the commit that failed
    static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
        execute(connection, "BEGIN IMMEDIATE");
        try {
            T result = work.run();
            execute(connection, "COMMIT");
            return result;
        } catch (SQLException e) {
            execute(connection, "ROLLBACK");
            throw e;
        }
    }

    static boolean isBusy(SQLException e) {
        return primaryCode(e) == SQLiteErrorCode.SQLITE_BUSY.code;
    }

    /// The statement broke a constraint; SQLite undid the statement and the transaction goes on.
    static boolean isConstraint(SQLException e) {
        return primaryCode(e) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
    }

    static boolean isForeignKey(SQLException e) {
        return e instanceof SQLiteException failure
                && failure.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_FOREIGNKEY;
    }

    /// The low byte of SQLite's extended result code (https://www.sqlite.org/rescode.html); -1 for other failures.
    private static int primaryCode(SQLException e) {
        return e instanceof SQLiteException failure ? failure.getResultCode().code & 0xff : -1;
    }
}
