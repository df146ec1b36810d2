package dev.mien.store.postgres;

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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A session for reading, with its prepared statements; opened when it is first needed, and again after it was dropped.
/// Used by one thread at a time.
///
/// Every read is one statement in autocommit, which reads the head of the log in the same snapshot. PostgreSQL makes a
/// commit visible before it answers it, so the snapshot has whatever was acknowledged before the statement was sent.
final class PostgresReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresReader.class);
    private static final String COLUMNS =
            "d.id, d.version, d.revision, d.created_at, d.updated_at, d.document::text AS document";

    private static final String FIND = """
            SELECT h.incarnation, h.seq, %s AS objection, %s
              FROM log_head h LEFT JOIN %s d ON d.%s = %s
             WHERE h.id = 1
            """;

    private static final String CHANGE = "c.version, c.revision, c.operation, c.at, c.actor, c.message, c.fields";

    private static final String VERSION = """
            SELECT h.incarnation, h.seq, %s AS objection, %s, c.created_at, c.document::text AS document
              FROM log_head h LEFT JOIN changes c ON c.collection = ? AND c.id = ? AND c.%s = ?
             WHERE h.id = 1
            """;

    private static final String HISTORY = """
            SELECT h.incarnation, h.seq, %s AS objection, %s
              FROM log_head h LEFT JOIN LATERAL (
                       SELECT version, revision, operation, at, actor, message, fields
                         FROM changes WHERE collection = ? AND id = ? AND version < ?
                        ORDER BY version DESC LIMIT ?) c ON true
             WHERE h.id = 1
             ORDER BY c.version DESC
            """;

    /// `before` counts what stands before a row in its page, in bytes.
    private static final String CHANGES = """
            SELECT h.incarnation, h.seq, %2$s AS objection, h.floor, c.*
              FROM log_head h LEFT JOIN (
                       SELECT *, sum(size) OVER (ORDER BY revision) - size AS before
                         FROM (SELECT revision, collection, id, version, operation, at, actor, message, fields,
                                      created_at, %1$s AS document, coalesce(octet_length(%1$s), 0) AS size
                                 FROM changes WHERE revision > ? ORDER BY revision LIMIT ?) page) c ON c.before < ?
             WHERE h.id = 1
             ORDER BY c.revision
            """;

    /// Members whose columns are in lower case.
    private static final Set<String> FOLDED = Set.of("email");

    /// A server that may be asked.
    interface Server {
        Connection open() throws SQLException;

        /// An SQL expression of a text that says why an answer must not be used, null if it may. Each statement of a
        /// read has it in it, with `h` as the head of the log.
        String objection();

        /// Called after each read, before it is answered.
        ///
        /// @throws SQLException if the answer must not be used
        void fence(Connection connection) throws SQLException;
    }

    interface Read<T> {
        T from(PostgresReader reader) throws SQLException;
    }

    private final Server server;
    private final StatementCache statements = new StatementCache();
    private @Nullable Connection connection;

    PostgresReader(Server server) {
        this.server = server;
    }

    /// A session whose statement failed is dropped, whatever the reason. If it had been open before, it may have been
    /// gone since long (the server was started anew), so the read is tried once more on a new one.
    <T> T ask(Read<T> read) throws SQLException {
        return askUnfenced(reader -> {
            var answer = read.from(reader);
            server.fence(Objects.requireNonNull(connection));
            return answer;
        });
    }

    /// As [#ask(Read)], without the proof that the server may be asked.
    <T> T askUnfenced(Read<T> read) throws SQLException {
        boolean wasOpen = connection != null;
        try {
            return read.from(this);
        } catch (SQLException e) {
            drop();
            if (!wasOpen) {
                throw e;
            }
            log.debug("A read is tried again on a new session", e);
        }
        try {
            return read.from(this);
        } catch (SQLException e) {
            drop();
            throw e;
        }
    }

    /// Ends the session, of which nobody knows any more what state it is in.
    private void drop() {
        statements.clear();
        Primary.closeQuietly(connection);
        connection = null;
    }

    /// @param field a column that no two rows share
    Found find(Collection collection, String field, String value) throws SQLException {
        String parameter = FOLDED.contains(field) ? "lower(?)" : "?";
        var statement = prepared(FIND.formatted(server.objection(), COLUMNS, collection.name(), field, parameter));
        statement.setString(1, storable(value));
        try (var row = statement.executeQuery()) {
            row.next();
            var asOf = asOf(row);
            return new Found(row.getString("id") == null ? null : document(row, asOf), asOf);
        }
    }

    /// Asks tables beside the documents. Of a primary alone, whose answers meet no objection.
    <T> T beside(SideTables.Work<T> work) throws SQLException {
        return work.on(session());
    }

    Listing list(Collection collection, Query query) throws SQLException {
        var list = new PostgresList(collection, query, hasFewChangesSince(collection, query.updatedSince()));
        var statement = prepared(list.sql(server.objection(), COLUMNS));
        if (query.search() != null) {
            // Planned each time, since the best way depends on how common the words are.
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
        var parameters = list.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(i + 1, parameters.get(i));
        }
        try (var rows = statement.executeQuery()) {
            rows.next();
            var asOf = asOf(rows);
            if (rows.getString("id") == null) {
                return new Listing(List.of(), false, asOf);
            }
            var documents = new ArrayList<Document>();
            int found = rows.getInt("found");
            do {
                documents.add(document(rows, asOf));
            } while (rows.next());
            return new Listing(List.copyOf(documents), documents.size() < found, asOf);
        }
    }

    FoundVersion findVersion(Collection collection, String id, long version) throws SQLException {
        return version("version", collection, id, version);
    }

    FoundVersion findRevision(Collection collection, String id, long revision) throws SQLException {
        return version("revision", collection, id, revision);
    }

    private FoundVersion version(String column, Collection collection, String id, long value) throws SQLException {
        var statement = prepared(VERSION.formatted(server.objection(), CHANGE, column));
        statement.setString(1, collection.name());
        statement.setString(2, storable(id));
        statement.setLong(3, value);
        try (var row = statement.executeQuery()) {
            row.next();
            var asOf = asOf(row);
            boolean isThere = row.getString("operation") != null;
            return new FoundVersion(isThere ? version(row, id, asOf, row.getBytes("document")) : null, asOf);
        }
    }

    History history(Collection collection, String id, long before, int limit) throws SQLException {
        var statement = prepared(HISTORY.formatted(server.objection(), CHANGE));
        statement.setString(1, collection.name());
        statement.setString(2, storable(id));
        statement.setLong(3, before);
        statement.setLong(4, limit + 1L);
        try (var rows = statement.executeQuery()) {
            rows.next();
            var asOf = asOf(rows);
            var versions = new ArrayList<Version>();
            boolean hasMore = false;
            if (rows.getString("operation") != null) {
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

    /// @param documents whether to read the documents too
    ChangeLog.Page changes(long after, int limit, boolean documents) throws SQLException {
        var statement = prepared(CHANGES.formatted(documents ? "document::text" : "NULL::text", server.objection()));
        statement.setLong(1, after);
        statement.setInt(2, limit);
        statement.setInt(3, Query.MAXIMUM_PAGE_BYTES);
        try (var rows = statement.executeQuery()) {
            rows.next();
            var head = asOf(rows);
            long floor = rows.getLong("floor");
            var entries = new ArrayList<ChangeLog.Entry>();
            if (rows.getString("id") != null) {
                do {
                    var version = version(rows, rows.getString("id"), head, rows.getBytes("document"));
                    entries.add(new ChangeLog.Entry(rows.getString("collection"), version));
                } while (rows.next());
            }
            return new ChangeLog.Page(head, floor, List.copyOf(entries));
        }
    }

    private static Version version(ResultSet row, String id, RevisionToken asOf, byte @Nullable [] body)
            throws SQLException {
        long version = row.getLong("version");
        long revision = row.getLong("revision");
        String at = row.getString("at");
        Document document = null;
        if (body != null) {
            byte[] json = DocumentJson.finish(body, id, version, revision, row.getString("created_at"), at);
            document = new Document(id, version, revision, asOf.incarnation(), json);
        }
        return new Version(
                id,
                version,
                revision,
                row.getString("operation"),
                at,
                row.getString("actor"),
                row.getString("message"),
                DocumentJson.names(row.getString("fields")),
                document);
    }

    /// Whether to begin a list with the log. It decides how long the answer takes and not what it is.
    private boolean hasFewChangesSince(Collection collection, @Nullable String time) throws SQLException {
        if (time == null) {
            return false;
        }
        var statement = prepared(PostgresList.FEW_CHANGES);
        statement.setString(1, time);
        statement.setString(2, collection.name());
        try (var row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /// Null, which equals nothing, for a text with a NUL character: PostgreSQL can neither hold nor be asked for one.
    static @Nullable String storable(String value) {
        return value.indexOf(0) < 0 ? value : null;
    }

    /// The newest state.
    RevisionToken head() throws SQLException {
        String sql = "SELECT incarnation, seq, " + server.objection() + " AS objection FROM log_head h WHERE id = 1";
        try (var row = prepared(sql).executeQuery()) {
            row.next();
            return asOf(row);
        }
    }

    /// The newest migration that was run.
    String schemaVersion() throws SQLException {
        String sql = "SELECT version FROM schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1";
        try (var row = prepared(sql).executeQuery()) {
            return row.next() ? row.getString(1) : "0";
        }
    }

    private RevisionToken asOf(ResultSet row) throws SQLException {
        String objection = row.getString("objection");
        if (objection != null) {
            throw new SQLException(objection);
        }
        return new RevisionToken(row.getString(1), row.getLong(2));
    }

    private static Document document(ResultSet row, RevisionToken asOf) throws SQLException {
        String id = row.getString("id");
        long version = row.getLong("version");
        long revision = row.getLong("revision");
        byte[] json = DocumentJson.finish(
                row.getBytes("document"),
                id,
                version,
                revision,
                row.getString("created_at"),
                row.getString("updated_at"));
        return new Document(id, version, revision, asOf.incarnation(), json);
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        return statements.get(session(), sql);
    }

    private Connection session() throws SQLException {
        if (connection == null) {
            connection = server.open();
        }
        return connection;
    }

    @Override
    public void close() {
        drop();
    }
}
