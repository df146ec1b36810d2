package dev.mien.store.sqlite;

import dev.mien.store.HistoryConfig;
import dev.mien.store.Pruned;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Erases the documents of old versions, on a connection of its own.
///
/// **Invariant: no version is pruned that a label names.** What may be pruned is decided once more under the write
/// lock, under which a label is moved too, and only to a version that is there.
///
/// It does not queue at the [Turnstile], since it comes seldom and is short. If its `COMMIT` fails, it does not matter
/// whether that happened: nobody is told.
final class SqlitePruner implements AutoCloseable {
    private static final int LOOKED_AT_ONCE = 2_000;
    private static final int PRUNED_AT_ONCE = 100;

    /// The newest version of a document whose row is gone is that of its end.
    private static final String MAY_GO = """
             document IS NOT NULL AND at < ?2
               AND version < coalesce(CASE collection
                       WHEN 'personas' THEN (SELECT d.version FROM personas d WHERE d.id = changes.id)
                       WHEN 'users' THEN (SELECT d.version FROM users d WHERE d.id = changes.id)
                   END, (SELECT t.version FROM tombstones t
                          WHERE t.collection = changes.collection AND t.id = changes.id)) - ?3
               AND NOT EXISTS (SELECT 1 FROM labels l
                                WHERE collection = 'personas' AND l.owner_id = changes.id AND l.target = changes.version)
            """;

    private static final String LOOK = "SELECT revision FROM changes WHERE revision > ?1 AND revision <= ?4 AND"
            + MAY_GO + " ORDER BY revision LIMIT " + PRUNED_AT_ONCE;

    private static final String PRUNE = "UPDATE changes SET document = NULL WHERE revision = ?1 AND" + MAY_GO;

    private final Connection connection;

    SqlitePruner(Path file) throws SQLException {
        this.connection = Sqlite.openWriter(file);
    }

    Pruned prune(HistoryConfig rules, long after, Instant now) throws SQLException {
        String before = SqliteWriter.TIME.format(now.minus(rules.youngest()));
        long newer = Math.max(rules.keepVersions() - 1, 0);
        long head = Long.parseLong(Sqlite.queryText(connection, "SELECT seq FROM log_head"));
        long end = Math.min(after + LOOKED_AT_ONCE, head);
        var revisions = new ArrayList<Long>();
        try (var look = connection.prepareStatement(LOOK)) {
            set(look, after, before, newer);
            look.setLong(4, end);
            try (var rows = look.executeQuery()) {
                while (rows.next()) {
                    revisions.add(rows.getLong(1));
                }
            }
        }
        int pruned = revisions.isEmpty() ? 0 : prune(revisions, before, newer);
        long upTo = revisions.size() < PRUNED_AT_ONCE ? end : revisions.getLast();
        return new Pruned(pruned, Math.max(upTo, after), upTo >= head);
    }

    private int prune(List<Long> revisions, String before, long newer) throws SQLException {
        return Sqlite.inTransaction(connection, () -> {
            try (var prune = connection.prepareStatement(PRUNE)) {
                int pruned = 0;
                for (long revision : revisions) {
                    set(prune, revision, before, newer);
                    pruned += prune.executeUpdate();
                }
                return pruned;
            }
        });
    }

    private static void set(PreparedStatement statement, long revision, String before, long newer) throws SQLException {
        statement.setLong(1, revision);
        statement.setString(2, before);
        statement.setLong(3, newer);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
