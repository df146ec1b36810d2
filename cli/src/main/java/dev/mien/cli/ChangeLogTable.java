package dev.mien.cli;

import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.history.ChangeLog.Change;
import dev.mien.checker.history.Key;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;

/// The change log as a table, which is the same in each database.
final class ChangeLogTable {
    private ChangeLogTable() {}

    /// The whole log.
    ///
    /// @param statement in a transaction that shows one moment
    static ChangeLog read(Statement statement) throws SQLException {
        var changes = new ArrayList<Change>();
        var log = statement.executeQuery(
                "SELECT revision, collection, id, version, operation FROM changes ORDER BY revision");
        while (log.next()) {
            changes.add(new Change(
                    log.getLong(1), new Key(log.getString(2), log.getString(3)), log.getLong(4), log.getString(5)));
        }
        var head = statement.executeQuery("SELECT incarnation, floor, seq FROM log_head");
        head.next();
        return new ChangeLog(head.getString(1), head.getLong(2), head.getLong(3), changes);
    }
}
