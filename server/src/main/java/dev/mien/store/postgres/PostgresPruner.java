package dev.mien.store.postgres;

import dev.mien.store.HistoryConfig;
import dev.mien.store.Pruned;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/// Erases the documents of old versions, on a session of its own.
///
/// **Invariant: no version is pruned that a label names.** Whoever sets a label holds on to the version that it is
/// going to name until the commit (`FOR SHARE`). So the versions are locked first, and only the next statement, whose
/// snapshot is taken then, asks for labels. A version that somebody holds is left for the next time.
///
/// Of several workers that prune at once, each takes what the others leave.
final class PostgresPruner {
    private static final int LOOKED_AT_ONCE = 2_000;
    private static final int PRUNED_AT_ONCE = 100;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /// The newest version of a document whose row is gone is that of its end.
    private static final String MAY_GO = """
             c.document IS NOT NULL AND c.at < ?
               AND c.version < coalesce(CASE c.collection
                       WHEN 'personas' THEN (SELECT d.version FROM personas d WHERE d.id = c.id)
                       WHEN 'users' THEN (SELECT d.version FROM users d WHERE d.id = c.id)
                   END, (SELECT t.version FROM tombstones t
                          WHERE t.collection = c.collection AND t.id = c.id)) - ?
               AND NOT EXISTS (SELECT FROM labels l
                                WHERE c.collection = 'personas' AND l.owner_id = c.id AND l.target = c.version)
            """;

    private static final String LOOK = "SELECT c.revision FROM changes c WHERE" + MAY_GO
            + " AND c.revision > ? AND c.revision <= ? ORDER BY c.revision LIMIT " + PRUNED_AT_ONCE;

    private static final String LOCK =
            "SELECT revision FROM changes WHERE revision = ANY (?) ORDER BY revision FOR UPDATE SKIP LOCKED";

    private static final String PRUNE =
            "UPDATE changes c SET document = NULL WHERE" + MAY_GO + " AND c.revision = ANY (?)";

    private PostgresPruner() {}

    static Pruned prune(Connection session, HistoryConfig rules, long after, Instant now) throws SQLException {
        String before = TIME.format(now.minus(rules.youngest()));
        long newer = Math.max(rules.keepVersions() - 1, 0);
        long head;
        try (var select = session.createStatement();
                var row = select.executeQuery("SELECT seq FROM log_head WHERE id = 1")) {
            row.next();
            head = row.getLong(1);
        }
        long end = Math.min(after + LOOKED_AT_ONCE, head);
        List<Long> revisions;
        try (var look = session.prepareStatement(LOOK)) {
            look.setString(1, before);
            look.setLong(2, newer);
            look.setLong(3, after);
            look.setLong(4, end);
            try (var rows = look.executeQuery()) {
                revisions = longs(rows);
            }
        }
        int pruned = revisions.isEmpty() ? 0 : prune(session, revisions, before, newer);
        long upTo = revisions.size() < PRUNED_AT_ONCE ? end : revisions.getLast();
        return new Pruned(pruned, Math.max(upTo, after), upTo >= head);
    }

    private static int prune(Connection session, List<Long> revisions, String before, long newer) throws SQLException {
        session.setAutoCommit(false);
        try (var lock = session.prepareStatement(LOCK);
                var prune = session.prepareStatement(PRUNE)) {
            lock.setArray(1, session.createArrayOf("bigint", revisions.toArray()));
            List<Long> locked;
            try (var rows = lock.executeQuery()) {
                locked = longs(rows);
            }
            prune.setString(1, before);
            prune.setLong(2, newer);
            prune.setArray(3, session.createArrayOf("bigint", locked.toArray()));
            int pruned = prune.executeUpdate();
            session.commit();
            return pruned;
        }
    }

    private static List<Long> longs(ResultSet rows) throws SQLException {
        var longs = new ArrayList<Long>();
        while (rows.next()) {
            longs.add(rows.getLong(1));
        }
        return longs;
    }
}
