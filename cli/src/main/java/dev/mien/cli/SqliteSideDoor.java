package dev.mien.cli;

import dev.mien.checker.fault.SideDoor;
import dev.mien.checker.fault.WriteLock;
import dev.mien.checker.history.ChangeLog;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// An SQLite store that a server of ours has open in other processes. One thread at a time.
final class SqliteSideDoor implements SideDoor, WriteLock {
    private static final long READER_MILLIS = 30;

    private final Connection side;
    private final Connection impatient;

    /// @param data the data directory of the server
    SqliteSideDoor(Path data) throws SQLException {
        var file = data.resolve(SqliteStore.FILE);
        this.side = connect(file, 2_000);
        this.impatient = connect(file, 0);
    }

    private static Connection connect(Path file, int busyMillis) throws SQLException {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA busy_timeout = " + busyMillis);
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public Map<String, Changed> update(String collection, List<String> ids, String member, String value)
            throws SQLException {
        Map<String, Changed> changed;
        try {
            execute(side, "BEGIN IMMEDIATE");
        } catch (SQLException e) {
            throw new NotAppliedException(e);
        }
        try {
            String chosen = " WHERE id IN (SELECT value FROM json_each(?))";
            try (var update = side.prepareStatement(
                    "UPDATE " + collection + " SET document = json_set(document, '$.' || ?, ?)" + chosen)) {
                update.setString(1, member);
                update.setString(2, value);
                update.setString(3, new JsonMapper().writeValueAsString(ids));
                update.executeUpdate();
            }
            changed = versions(collection, chosen, ids);
        } catch (SQLException e) {
            execute(side, "ROLLBACK");
            throw new NotAppliedException(e);
        }
        execute(side, "COMMIT");
        return changed;
    }

    private Map<String, Changed> versions(String collection, String chosen, List<String> ids) throws SQLException {
        Map<String, Changed> versions = new HashMap<>();
        try (var select = side.prepareStatement("SELECT id, version, revision FROM " + collection + chosen)) {
            select.setString(1, new JsonMapper().writeValueAsString(ids));
            var rows = select.executeQuery();
            while (rows.next()) {
                versions.put(rows.getString(1), new Changed(rows.getLong(2), rows.getLong(3)));
            }
        }
        return versions;
    }

    @Override
    public boolean isHeld() throws SQLException {
        try {
            execute(impatient, "BEGIN IMMEDIATE");
        } catch (SQLException busy) {
            return true;
        }
        execute(impatient, "ROLLBACK");
        return false;
    }

    @Override
    public void checkpointStorm(long millis) throws SQLException, InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (int i = 0; System.nanoTime() < end; i++) {
            boolean readerInTheWay = i % 10 == 0;
            if (readerInTheWay) {
                execute(side, "BEGIN");
                execute(side, "SELECT count(*) FROM changes");
            }
            for (long until = System.nanoTime() + READER_MILLIS * 1_000_000; System.nanoTime() < until; ) {
                execute(impatient, "PRAGMA wal_checkpoint(TRUNCATE)");
                Thread.sleep(1);
            }
            if (readerInTheWay) {
                execute(side, "COMMIT");
            }
        }
    }

    @Override
    public ChangeLog changeLog() throws SQLException {
        execute(side, "BEGIN");
        try (var statement = side.createStatement()) {
            return ChangeLogTable.read(statement);
        } finally {
            execute(side, "COMMIT");
        }
    }

    @Override
    public void close() throws SQLException {
        side.close();
        impatient.close();
    }
}
