package dev.mien.store.sqlite;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeLog;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.DocumentJson;
import dev.mien.store.Found;
import dev.mien.store.FoundVersion;
import dev.mien.store.History;
import dev.mien.store.Listing;
import dev.mien.store.Query;
import dev.mien.store.SideTables;
import dev.mien.store.StatementCache;
import dev.mien.store.Version;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection for reading, with its prepared statements. Used by one thread at a time.
///
/// Every read is one statement, which reads the head of the log in the same snapshot, and its result is closed before
/// the answer is given: there is no transaction that could outlive a read and show the next one an old state.
final class SqliteReader implements AutoCloseable {
    private static final String FIND = """
            SELECT h.incarnation, h.seq, d.version, d.revision, d.document
              FROM log_head h LEFT JOIN %s d ON d.id = ?1
             WHERE h.id = 1
            """;

    private static final String VERSION = """
            SELECT h.incarnation, h.seq, c.version, c.revision, c.operation, c.at, c.actor, c.message, c.fields, c.document
              FROM log_head h LEFT JOIN changes c ON c.collection = ?1 AND c.id = ?2 AND c.%s = ?3
             WHERE h.id = 1
            """;

    private static final String HISTORY = """
            SELECT h.incarnation, h.seq, c.version, c.revision, c.operation, c.at, c.actor, c.message, c.fields
              FROM log_head h LEFT JOIN changes c ON c.collection = ?1 AND c.id = ?2 AND c.version < ?3
             WHERE h.id = 1
             ORDER BY c.version DESC LIMIT ?4
            """;

    /// The head is one row, so SQLite goes along the key of the log and sorts nothing.
    private static final String CHANGES = """
            SELECT h.incarnation, h.seq, c.version, c.revision, c.operation, c.at, c.actor, c.message, c.fields, h.floor,
                   c.collection, c.id%s
              FROM log_head h LEFT JOIN changes c ON c.revision > ?1
             WHERE h.id = 1
             ORDER BY c.revision LIMIT ?2
            """;

    private static final String FIND_BY = """
            SELECT h.incarnation, h.seq, d.version, d.revision, d.document, d.id
              FROM log_head h LEFT JOIN %s d ON d.%s = ?1
             WHERE h.id = 1
            """;

    private final Connection connection;
    /// The statements of [#find] by collection: to make their text each time would cost more than to look for it.
    private final Map<String, PointQuery> finds = new HashMap<>();

    private final StatementCache statements = new StatementCache();
    private final SqliteLists lists;

    SqliteReader(Path file) throws SQLException {
        this.connection = Sqlite.openReader(file);
        this.lists = new SqliteLists(connection, statements);
    }

    Found find(Collection collection, String id) throws SQLException {
        var statement = finds.get(collection.name());
        if (statement == null) {
            statement = new PointQuery(connection, FIND.formatted(collection.name()));
            finds.put(collection.name(), statement);
        }
        return statement.ask(id, row -> {
            if (row == null) {
                throw new SQLException("the log has no head");
            }
            var asOf = new RevisionToken(row.text(0), row.number(1));
            byte[] json = row.bytes(4);
            var document =
                    json == null ? null : new Document(id, row.number(2), row.number(3), asOf.incarnation(), json);
            return new Found(document, asOf);
        });
    }

    /// @param field a column that no two rows share
    Found findBy(Collection collection, String field, String value) throws SQLException {
        var statement = prepared(FIND_BY.formatted(collection.name(), field));
        statement.setString(1, value);
        try (var row = statement.executeQuery()) {
            row.next();
            var asOf = asOf(row);
            byte[] json = row.getBytes(5);
            return new Found(
                    json == null
                            ? null
                            : new Document(row.getString(6), row.getLong(3), row.getLong(4), asOf.incarnation(), json),
                    asOf);
        }
    }

    Listing list(Collection collection, Query query) throws SQLException {
        return lists.list(collection, query);
    }

    FoundVersion findVersion(Collection collection, String id, long version) throws SQLException {
        return version("version", collection, id, version);
    }

    FoundVersion findRevision(Collection collection, String id, long revision) throws SQLException {
        return version("revision", collection, id, revision);
    }

    private FoundVersion version(String column, Collection collection, String id, long value) throws SQLException {
        var statement = prepared(VERSION.formatted(column));
        statement.setString(1, collection.name());
        statement.setString(2, id);
        statement.setLong(3, value);
        try (var row = statement.executeQuery()) {
            row.next();
            var asOf = asOf(row);
            return new FoundVersion(row.getString(5) == null ? null : version(row, id, asOf, row.getBytes(10)), asOf);
        }
    }

    History history(Collection collection, String id, long before, int limit) throws SQLException {
        var statement = prepared(HISTORY);
        statement.setString(1, collection.name());
        statement.setString(2, id);
        statement.setLong(3, before);
        statement.setLong(4, limit + 1L);
        try (var rows = statement.executeQuery()) {
            rows.next();
            var asOf = asOf(rows);
            var versions = new ArrayList<Version>();
            boolean hasMore = false;
            if (rows.getString(5) != null) {
                do {
                    hasMore = versions.size() == limit;
                    if (!hasMore) {
                        versions.add(version(rows, id, asOf, null));
                    }
                } while (rows.next());
            }
            return new History(List.copyOf(versions), hasMore, asOf);
        }
    }

    ChangeLog.Page changes(long after, int limit, boolean documents) throws SQLException {
        var statement = prepared(CHANGES.formatted(documents ? ", c.document" : ""));
        statement.setLong(1, after);
        statement.setLong(2, limit);
        try (var rows = statement.executeQuery()) {
            rows.next();
            var head = asOf(rows);
            long floor = rows.getLong(10);
            var entries = new ArrayList<ChangeLog.Entry>();
            if (rows.getString(12) != null) {
                long bytes = 0;
                do {
                    byte[] json = documents ? rows.getBytes(13) : null;
                    entries.add(new ChangeLog.Entry(rows.getString(11), version(rows, rows.getString(12), head, json)));
                    bytes += json == null ? 0 : json.length;
                } while (bytes < Query.MAXIMUM_PAGE_BYTES && rows.next());
            }
            return new ChangeLog.Page(head, floor, List.copyOf(entries));
        }
    }

    private static Version version(ResultSet row, String id, RevisionToken asOf, byte @Nullable [] json)
            throws SQLException {
        long version = row.getLong(3);
        long revision = row.getLong(4);
        return new Version(
                id,
                version,
                revision,
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                DocumentJson.names(row.getString(9)),
                json == null ? null : new Document(id, version, revision, asOf.incarnation(), json));
    }

    /// Asks tables beside the documents.
    <T> T beside(SideTables.Work<T> work) throws SQLException {
        return work.on(connection);
    }

    /// The newest state.
    RevisionToken head() throws SQLException {
        try (var row =
                prepared("SELECT incarnation, seq FROM log_head WHERE id = 1").executeQuery()) {
            row.next();
            return asOf(row);
        }
    }

    /// The newest migration that was run.
    String schemaVersion() throws SQLException {
        return Sqlite.queryText(
                connection, "SELECT version FROM schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1");
    }

    private static RevisionToken asOf(ResultSet row) throws SQLException {
        return new RevisionToken(row.getString(1), row.getLong(2));
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        return statements.get(connection, sql);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
