package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeLog;
import dev.mien.store.Document;
import dev.mien.store.DocumentJson;
import dev.mien.store.Query;
import dev.mien.store.StatementCache;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.Version;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sessions that read the whole change log, opened when they are first needed. They are their own, so that those who
/// ask for many old changes do not keep reads of documents waiting.
final class PostgresChangeLog implements AutoCloseable {
    /// One for whoever follows the log, one for those who are behind.
    private static final int SESSIONS = 2;

    private static final int PATIENCE_SECONDS = 5;

    private static final String PEEK = "SELECT incarnation, seq FROM log_head WHERE id = 1";

    /// `before` counts what stands before a row in its page, in bytes.
    private static final String READ = """
            SELECT h.incarnation, h.seq, h.floor, c.*
              FROM log_head h LEFT JOIN (
                       SELECT *, sum(size) OVER (ORDER BY revision) - size AS before
                         FROM (SELECT revision, collection, id, version, operation, at, actor, message, fields,
                                      created_at, %1$s AS document, coalesce(octet_length(%1$s), 0) AS size
                                 FROM changes WHERE revision > ? ORDER BY revision LIMIT ?) page) c ON c.before < ?
             WHERE h.id = 1
             ORDER BY c.revision
            """;

    private static final String WITH_DOCUMENTS = READ.formatted("document::text");
    private static final String WITHOUT_DOCUMENTS = READ.formatted("NULL::text");

    private interface Question<T> {
        T ask(Connection connection, StatementCache statements) throws SQLException;
    }

    /// Used by one thread at a time.
    private final class Session {
        private final StatementCache statements = new StatementCache();
        private @Nullable Connection connection;

        /// One that was open may have been gone since long, so the question is asked once more on a new one.
        <T> T ask(Question<T> question) throws SQLException {
            boolean wasOpen = connection != null;
            try {
                return once(question);
            } catch (SQLException e) {
                drop();
                if (!wasOpen) {
                    throw e;
                }
            } catch (RuntimeException e) {
                drop();
                throw e;
            }
            try {
                return once(question);
            } catch (SQLException | RuntimeException e) {
                drop();
                throw e;
            }
        }

        private <T> T once(Question<T> question) throws SQLException {
            var open = connection;
            if (open == null) {
                open = primary.open(Primary.Use.READ);
                connection = open;
            }
            return question.ask(open, statements);
        }

        void drop() {
            statements.clear();
            Primary.closeQuietly(connection);
            connection = null;
        }
    }

    private final Primary primary;
    private final BlockingQueue<Session> sessions = new ArrayBlockingQueue<>(SESSIONS);

    PostgresChangeLog(Primary primary) {
        this.primary = primary;
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(new Session());
        }
    }

    /// Not fenced: it is a hint.
    RevisionToken peek() throws SQLException {
        return ask((connection, statements) -> {
            try (var row = statements.get(connection, PEEK).executeQuery()) {
                row.next();
                return new RevisionToken(row.getString(1), row.getLong(2));
            }
        });
    }

    ChangeLog.Page read(long after, int limit, boolean documents) throws SQLException {
        return ask((connection, statements) -> {
            var statement = statements.get(connection, documents ? WITH_DOCUMENTS : WITHOUT_DOCUMENTS);
            statement.setLong(1, after);
            statement.setInt(2, limit);
            statement.setInt(3, Query.MAXIMUM_PAGE_BYTES);
            ChangeLog.Page page;
            try (var rows = statement.executeQuery()) {
                page = page(rows);
            }
            primary.fence(connection);
            return page;
        });
    }

    private static ChangeLog.Page page(ResultSet rows) throws SQLException {
        rows.next();
        var head = new RevisionToken(rows.getString(1), rows.getLong(2));
        long floor = rows.getLong(3);
        var entries = new ArrayList<ChangeLog.Entry>();
        if (rows.getString("id") != null) {
            do {
                entries.add(new ChangeLog.Entry(rows.getString("collection"), version(rows, head.incarnation())));
            } while (rows.next());
        }
        return new ChangeLog.Page(head, floor, List.copyOf(entries));
    }

    private static Version version(ResultSet row, String incarnation) throws SQLException {
        String id = row.getString("id");
        long version = row.getLong("version");
        long revision = row.getLong("revision");
        String at = row.getString("at");
        byte[] body = row.getBytes("document");
        Document document = null;
        if (body != null) {
            byte[] json = DocumentJson.finish(body, id, version, revision, row.getString("created_at"), at);
            document = new Document(id, version, revision, incarnation, json);
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

    private <T> T ask(Question<T> question) throws SQLException {
        Session session;
        try {
            session = sessions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("this worker is shutting down", e);
        }
        if (session == null) {
            throw new StoreUnavailableException("every session that reads the change log is busy");
        }
        try {
            return session.ask(question);
        } finally {
            sessions.add(session);
        }
    }

    @Override
    public void close() {
        for (var session = sessions.poll(); session != null; session = sessions.poll()) {
            session.drop();
        }
    }
}
