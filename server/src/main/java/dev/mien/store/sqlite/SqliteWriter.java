package dev.mien.store.sqlite;

import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.store.Collection;
import dev.mien.store.CommitQueue.BatchWriter;
import dev.mien.store.CommitQueue.EditSource;
import dev.mien.store.CommitQueue.Waiting;
import dev.mien.store.Document;
import dev.mien.store.DocumentJson;
import dev.mien.store.Edit;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Written;
import dev.mien.store.Rule;
import dev.mien.store.StatementCache;
import dev.mien.store.Step;
import dev.mien.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits batches of edits on the worker's one writing connection. Used by the committing thread alone, except for
/// [#fault()].
///
/// One batch: the turnstile, `BEGIN IMMEDIATE`, the edits, the invariants, `COMMIT`, the answers. The
/// connection is in autocommit as far as JDBC knows, because the driver's own transactions would take the write lock
/// again right behind each commit.
///
/// **A `COMMIT` that fails is unknown, not undone**: its frames may lie complete in the WAL, and recovery after a crash
/// would then bring it back. So it is settled by a fence, a commit whose only purpose is to overwrite those frames.
/// Once the fence is on disk the batch is either in the log or gone for good. Until a fence succeeds nothing else is
/// written and the worker is not ready.
final class SqliteWriter implements BatchWriter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SqliteWriter.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Connection connection;
    private final DatabaseFile file;
    private final Turnstile turnstile;
    private final StatementCache statements = new StatementCache();
    private volatile boolean closing;
    private volatile @Nullable String fault;
    private volatile @Nullable String lostFile;

    SqliteWriter(Path directory, DatabaseFile file) throws SQLException {
        this.file = file;
        this.connection = Sqlite.openWriter(directory.resolve(SqliteStore.FILE));
        this.turnstile = new Turnstile(directory);
    }

    /// Why nothing can be written at the moment; null where all is well.
    @Nullable String fault() {
        return lostFile != null ? lostFile : fault;
    }

    /// How the database's file was found to be gone or replaced; null where it was not. Nothing brings it back.
    @Nullable String lostFile() {
        return lostFile;
    }

    private void requireFile() {
        try {
            file.requireUnchanged();
        } catch (StoreUnavailableException e) {
            if (lostFile == null) {
                log.error("The store is lost: {}", e.getMessage());
                lostFile = e.getMessage();
            }
            throw e;
        }
    }

    /// An edit that was run, and the answer that it gets once the transaction has ended well.
    private record Ran(Waiting waiting, Function<RevisionToken, Outcome> answer) {}

    /// Where the log stands within the transaction.
    private static final class Head {
        final String incarnation;
        final String now = TIME.format(Instant.now());
        final long before;
        long seq;

        Head(String incarnation, long seq) {
            this.incarnation = incarnation;
            this.before = seq;
            this.seq = seq;
        }
    }

    @Override
    public void write(EditSource source) {
        if (fault != null && !fence()) {
            answerAll(source.take(), new Outcome.NotApplied("the store cannot be written: " + fault));
            return;
        }
        try {
            turnstile.enter();
        } catch (IOException e) {
            log.error("The turnstile failed", e);
            answerAll(source.take(), new Outcome.NotApplied("the store's lock files cannot be locked"));
            return;
        }
        try {
            transaction(source);
        } finally {
            try {
                turnstile.leave();
            } catch (IOException e) {
                log.error("The turnstile failed", e);
            }
        }
    }

    private void transaction(EditSource source) {
        var taken = new ArrayList<Waiting>();
        var ran = new ArrayList<Ran>();
        Head head;
        try {
            requireFile();
            begin();
            head = readHead();
            for (var more = source.take(); !more.isEmpty(); more = source.take()) {
                taken.addAll(more);
                for (var waiting : more) {
                    run(waiting, head, ran);
                }
            }
            requireHead(head);
        } catch (SQLException | RuntimeException e) {
            log.error("A batch of {} edits was rolled back", taken.size(), e);
            rollBack();
            taken.addAll(source.take());
            answerAll(taken, new Outcome.NotApplied("the store cannot be written: " + e.getMessage()));
            return;
        } catch (Error e) {
            rollBack(); // Whatever happens, nobody waits for a transaction that nobody will end.
            answerAll(taken, new Outcome.NotApplied("the writer failed"));
            throw e;
        }
        try {
            execute("COMMIT");
        } catch (SQLException e) {
            log.error("The commit of {} edits failed; its outcome is unknown until a fence settles it", ran.size(), e);
            fault = "a commit failed: " + e.getMessage();
            settle(ran, head);
            return;
        }
        try {
            requireFile();
        } catch (StoreUnavailableException e) {
            ran.forEach(edit -> edit.waiting().answer(new Outcome.Unknown(String.valueOf(e.getMessage()))));
            return;
        }
        var asOf = new RevisionToken(head.incarnation, head.seq);
        ran.forEach(edit -> edit.waiting().answer(edit.answer().apply(asOf)));
    }

    /// Waits for the write lock for as long as it takes: requests lose patience by themselves.
    private void begin() throws SQLException {
        while (true) {
            try {
                execute("BEGIN IMMEDIATE");
                return;
            } catch (SQLException e) {
                if (!Sqlite.isBusy(e) || closing) {
                    throw e;
                }
            }
        }
    }

    private Head readHead() throws SQLException {
        try (var row =
                prepared("SELECT incarnation, seq FROM log_head WHERE id = 1").executeQuery()) {
            row.next();
            return new Head(row.getString(1), row.getLong(2));
        }
    }

    /// The triggers counted as this class did; otherwise documents and log would disagree from here on.
    private void requireHead(Head expected) throws SQLException {
        var found = readHead();
        if (found.seq != expected.seq || !found.incarnation.equals(expected.incarnation)) {
            throw new SQLException("the log's head is " + found.seq + " where " + expected.seq + " was expected");
        }
    }

    /// An edit of one step writes with one statement, behind everything that could refuse it, and SQLite undoes a
    /// statement that fails. So only an edit of several steps needs a savepoint.
    private void run(Waiting waiting, Head head, List<Ran> ran) throws SQLException {
        long seqBefore = head.seq;
        boolean several = waiting.edit().steps().size() > 1;
        if (several) {
            execute("SAVEPOINT edit");
        }
        Function<RevisionToken, Outcome> answer;
        try {
            answer = runSteps(waiting.edit(), head);
        } catch (RefusedException | RuntimeException e) {
            if (several) {
                execute("ROLLBACK TO edit");
            }
            head.seq = seqBefore;
            if (e instanceof RefusedException refusal) {
                answer = refusal.answer;
            } else {
                waiting.fail((RuntimeException) e);
                answer = asOf -> new Outcome.NotApplied("refused by an exception");
            }
        }
        if (several) {
            execute("RELEASE edit");
        }
        ran.add(new Ran(waiting, answer));
    }

    /// Ends an edit whose steps so far must be undone.
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Function<RevisionToken, Outcome> answer;

        RefusedException(Function<RevisionToken, Outcome> answer) {
            super(null, null, false, false);
            this.answer = answer;
        }
    }

    private Function<RevisionToken, Outcome> runSteps(Edit edit, Head head) throws SQLException, RefusedException {
        var written = new ArrayList<Written>(edit.steps().size());
        for (int i = 0; i < edit.steps().size(); i++) {
            var step = edit.steps().get(i);
            try {
                written.add(
                        switch (step) {
                            case Step.Create create -> create(create, head);
                            case Step.Change change -> change(change, i, head);
                        });
            } catch (SQLException e) {
                statements.clear(); // One of them failed, and the driver closes such a one.
                throw refusalOf(e, step.collection(), i);
            }
        }
        return asOf -> new Outcome.Committed(written, asOf);
    }

    private Written create(Step.Create step, Head head) throws SQLException {
        long revision = head.seq + 1;
        byte[] json = DocumentJson.finish(step.body(), step.id(), 1, revision, head.now, head.now);
        var insert = prepared("INSERT INTO " + step.collection().name()
                + " (id, version, revision, created_at, document) VALUES (?1, 1, ?2, ?3, CAST(?4 AS TEXT))");
        insert.setString(1, step.id());
        insert.setLong(2, revision);
        insert.setString(3, head.now);
        insert.setBytes(4, json);
        insert.executeUpdate();
        head.seq = revision;
        return new Written(new Document(step.id(), 1, revision, head.incarnation, json), true);
    }

    private Written change(Step.Change step, int position, Head head) throws SQLException, RefusedException {
        Document current;
        String createdAt;
        var select = prepared("SELECT version, revision, created_at, document FROM "
                + step.collection().name() + " WHERE id = ?1");
        select.setString(1, step.id());
        try (var row = select.executeQuery()) {
            if (!row.next()) {
                throw new RefusedException(Outcome.NotFound::new);
            }
            current = new Document(step.id(), row.getLong(1), row.getLong(2), head.incarnation, row.getBytes(4));
            createdAt = row.getString(3);
        }
        if (!step.expected().test(current)) {
            throw new RefusedException(asOf -> new Outcome.Conflict(current, asOf));
        }
        return switch (step.rule().decide(current)) {
            case Rule.Keep keep -> new Written(current, false);
            case Rule.Refuse refuse ->
                throw new RefusedException(asOf -> new Outcome.Refused(position, refuse.violations(), asOf));
            case Rule.Replace replace -> replace(step, current.version(), createdAt, replace.body(), head);
        };
    }

    private Written replace(Step.Change step, long readVersion, String createdAt, byte[] body, Head head)
            throws SQLException {
        long revision = head.seq + 1;
        long version = readVersion + 1;
        byte[] json = DocumentJson.finish(body, step.id(), version, revision, createdAt, head.now);
        var update = prepared("UPDATE " + step.collection().name()
                + " SET version = ?1, revision = ?2, document = CAST(?3 AS TEXT) WHERE id = ?4 AND version = ?5");
        update.setLong(1, version);
        update.setLong(2, revision);
        update.setBytes(3, json);
        update.setString(4, step.id());
        update.setLong(5, readVersion);
        if (update.executeUpdate() != 1) {
            throw new SQLException("version " + readVersion + " of " + step.id() + " changed under the write lock");
        }
        head.seq = revision;
        return new Written(new Document(step.id(), version, revision, head.incarnation, json), true);
    }

    /// What a broken constraint means for the client. Any other failure ends the batch.
    private static RefusedException refusalOf(SQLException e, Collection collection, int step) throws SQLException {
        if (Sqlite.isForeignKey(e)) {
            var violation = new Violation("/" + collection.reference(), "names nothing that exists");
            return new RefusedException(asOf -> new Outcome.Refused(step, List.of(violation), asOf));
        }
        if (Sqlite.isConstraint(e)) {
            String message = String.valueOf(e.getMessage());
            for (String field : collection.uniqueFields()) {
                // SQLite names the column: "UNIQUE constraint failed: users.username"
                if (message.contains(collection.name() + "." + field)) {
                    return new RefusedException(asOf -> new Outcome.Taken(step, field, asOf));
                }
            }
            // No client can bring this about, and the other edits of the batch shall not suffer for it.
            throw new IllegalStateException("a row does not fit its table", e);
        }
        throw e;
    }

    /// Answers edits whose commit failed, as exactly as a fence allows.
    private void settle(List<Ran> ran, Head head) {
        rollBack();
        Outcome answer = new Outcome.Unknown("the commit failed and the store cannot be asked whether it happened");
        if (fence() && lastRevision() == head.before) {
            answer = new Outcome.NotApplied("the commit failed and was undone");
        }
        answerAll(ran.stream().map(Ran::waiting).toList(), answer);
    }

    /// The head as this connection sees it; -1 where it cannot be read. After a fence, a head that is still where the
    /// failed batch began shows that the batch is not in the log. One that is higher may be the batch or somebody
    /// else's, so it proves nothing.
    private long lastRevision() {
        try {
            return readHead().seq;
        } catch (SQLException e) {
            return -1;
        }
    }

    /// Commits something that overwrites whatever a failed commit left in the WAL.
    private boolean fence() {
        try {
            requireFile();
            execute("BEGIN IMMEDIATE");
            execute("UPDATE log_head SET fence = fence + 1");
            execute("COMMIT");
            log.info("The store can be written again");
            fault = null;
            return true;
        } catch (SQLException | StoreUnavailableException e) {
            rollBack();
            return false;
        }
    }

    @Override
    public void idle() {
        if (fault != null) {
            fence();
            return;
        }
        try {
            requireFile();
        } catch (StoreUnavailableException e) {
            log.debug("Said already", e);
        }
    }

    private void rollBack() {
        try {
            execute("ROLLBACK");
        } catch (SQLException nothingToRollBack) {
            log.debug("No transaction to roll back", nothingToRollBack);
        }
    }

    private static void answerAll(List<Waiting> edits, Outcome answer) {
        edits.forEach(edit -> edit.answer(answer));
    }

    private void execute(String sql) throws SQLException {
        try {
            prepared(sql).execute();
        } catch (SQLException e) {
            statements.forget(sql); // The driver closes a statement that fails.
            throw e;
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        return statements.get(connection, sql);
    }

    /// Ends the wait for a write lock that somebody else holds.
    void stopWaiting() {
        closing = true;
    }

    @Override
    public void close() {
        try (turnstile) {
            connection.close();
        } catch (SQLException e) {
            log.warn("The connection did not close", e);
        }
    }
}
