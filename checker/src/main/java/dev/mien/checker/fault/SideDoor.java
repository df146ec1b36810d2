package dev.mien.checker.fault;

import dev.mien.checker.history.ChangeLog;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// The database of a deployment, reached past the server.
public interface SideDoor extends AutoCloseable {
    /// A row as a statement left it.
    record Changed(long version, long revision) {}

    /// Sets one member of several documents in one statement, and commits it.
    ///
    /// @return by id what became of those that exist
    /// @throws NotAppliedException when nothing was changed for certain
    /// @throws SQLException when nobody knows
    Map<String, Changed> update(String collection, List<String> ids, String member, String value) throws SQLException;

    /// Makes the database do its housekeeping for a while, as often as it can, with a reader in its way now and then.
    void checkpointStorm(long millis) throws SQLException, InterruptedException;

    /// The whole change log, of one moment.
    ChangeLog changeLog() throws SQLException;

    @Override
    void close() throws SQLException;

    /// The statement never began.
    final class NotAppliedException extends SQLException {
        private static final long serialVersionUID = 1;

        public NotAppliedException(SQLException cause) {
            super(cause);
        }
    }
}
