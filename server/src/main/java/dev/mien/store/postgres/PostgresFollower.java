package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.store.Changes;
import dev.mien.store.Changes.Change;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The session that reads the change log, and nothing else. Used by one thread at a time.
///
/// **Invariant: answers of one timeline are of one server life.** The timeline names the server's data (system
/// identifier), its line of history (the timeline id in the names of its WAL files, another one after each promotion),
/// its start, and this session. All of them are fixed for as long as the session lives. A crash of the server, from
/// which it may recover without what it had shown, ends every session, and the next one has another name. A pooler
/// between this session and the server could put another server session in its place; the statement asks for its number
/// and so notices.
final class PostgresFollower implements AutoCloseable {
    private static final String CHANGES = """
            SELECT h.incarnation, h.seq, h.floor, pg_backend_pid(),
                   c.revision, c.collection, c.id, c.version, c.operation
              FROM log_head h LEFT JOIN (
                       SELECT revision, collection, id, version, operation FROM changes WHERE revision > ? ORDER BY revision LIMIT ?) c ON true
             WHERE h.id = 1
             ORDER BY c.revision
            """;

    private static final String LIFE = """
            SELECT pid, concat_ws('/', pg_postmaster_start_time(), backend_start, pid)
              FROM pg_stat_activity WHERE pid = pg_backend_pid()
            """;

    /// @param process the server's process that serves the session
    private record Session(Connection connection, PreparedStatement changes, int process, String timeline) {}

    private final Primary primary;
    private @Nullable Session session;

    PostgresFollower(Primary primary) {
        this.primary = primary;
    }

    Changes changesAfter(long after, int limit) throws SQLException {
        try {
            if (session == null) {
                session = open();
            }
            var changes = read(session, after, limit);
            primary.fence(session.connection());
            return changes;
        } catch (SQLException | RuntimeException e) {
            close(); // Nobody knows what the session has still to say; the next one begins another timeline.
            throw e;
        }
    }

    private Session open() throws SQLException {
        var connection = primary.open(Primary.Use.FOLLOW);
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(LIFE)) {
            row.next();
            String timeline = Primary.lineOfHistory(connection) + "/" + row.getString(2);
            return new Session(connection, connection.prepareStatement(CHANGES), row.getInt(1), timeline);
        } catch (SQLException e) {
            Primary.closeQuietly(connection);
            throw e;
        }
    }

    private static Changes read(Session session, long after, int limit) throws SQLException {
        session.changes().setLong(1, after);
        session.changes().setInt(2, limit);
        try (var rows = session.changes().executeQuery()) {
            rows.next();
            if (rows.getInt(4) != session.process()) {
                throw new SQLException("another session of the server answered; there must be no pooler between");
            }
            var head = new RevisionToken(rows.getString(1), rows.getLong(2));
            long floor = rows.getLong(3);
            var changes = new ArrayList<Change>();
            if (rows.getString(6) != null) {
                do {
                    changes.add(new Change(
                            rows.getLong(5), rows.getString(6), rows.getString(7), rows.getLong(8), rows.getString(9)));
                } while (rows.next());
            }
            return new Changes(head, floor, session.timeline(), List.copyOf(changes));
        }
    }

    @Override
    public void close() {
        if (session != null) {
            Primary.closeQuietly(session.connection());
            session = null;
        }
    }
}
