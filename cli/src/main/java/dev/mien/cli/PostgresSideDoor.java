package dev.mien.cli;

import dev.mien.checker.fault.SideDoor;
import dev.mien.checker.history.ChangeLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL store that servers of ours use, as somebody with `psql` reaches it. One thread at a time.
final class PostgresSideDoor implements SideDoor {
    /// Opens a session.
    interface Database {
        Connection open() throws SQLException;
    }

    private final Database database;
    private @Nullable Connection session;

    PostgresSideDoor(Database database) {
        this.database = database;
    }

    /// The session, or another one where it has ended.
    private Connection session() throws SQLException {
        if (session == null || !session.isValid(2)) {
            close();
            session = database.open();
            session.setAutoCommit(false);
            execute(session, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
            execute(session, "SET lock_timeout = '2s'");
            session.commit();
        }
        return session;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public Map<String, Changed> update(String collection, List<String> ids, String member, String value)
            throws SQLException {
        Map<String, Changed> changed = new HashMap<>();
        Connection connection;
        try {
            connection = session();
            try (var update = connection.prepareStatement("UPDATE " + collection
                    + " SET document = jsonb_set(document::jsonb, ARRAY[?], to_jsonb(?::text))::json"
                    + " WHERE id = ANY (?) RETURNING id, version")) {
                update.setString(1, member);
                update.setString(2, value);
                update.setArray(3, connection.createArrayOf("text", ids.toArray()));
                var rows = update.executeQuery();
                while (rows.next()) {
                    // The revision is not known before the commit.
                    changed.put(rows.getString(1), new Changed(rows.getLong(2), 0));
                }
            }
        } catch (SQLException e) {
            rollBack();
            throw new NotAppliedException(e);
        }
        connection.commit();
        return changed;
    }

    private void rollBack() {
        try {
            if (session != null) {
                session.rollback();
            }
        } catch (SQLException e) {
            session = null; // It has ended, and its transaction with it.
        }
    }

    @Override
    public void checkpointStorm(long millis) throws SQLException, InterruptedException {
        var connection = session();
        connection.setAutoCommit(true);
        try {
            for (long end = System.nanoTime() + millis * 1_000_000; System.nanoTime() < end; ) {
                execute(connection, "CHECKPOINT");
                execute(connection, "VACUUM personas");
                execute(connection, "VACUUM log_head");
                Thread.sleep(10);
            }
        } finally {
            connection.setAutoCommit(false);
        }
    }

    @Override
    public ChangeLog changeLog() throws SQLException {
        var connection = session();
        try (var statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            return ChangeLogTable.read(statement);
        } finally {
            connection.rollback();
        }
    }

    @Override
    public void close() throws SQLException {
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
