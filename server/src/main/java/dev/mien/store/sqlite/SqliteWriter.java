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
import dev.mien.store.Origin;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits batches of edits on the worker's one writing connection. Used by the committing thread alone, except for
/// [#fault()].
///
/// One batch: the turnstile, `BEGIN IMMEDIATE`, the edits, the index of words, the invariants, `COMMIT`, the answers.
/// The connection is in autocommit as far as JDBC knows, because the driver's own transactions would take the write
/// lock again right behind each commit.
///
/// **A `COMMIT` that fails is unknown, not undone**: its frames may lie complete in the WAL, and recovery after a crash
/// would then bring it back. So it is settled by a fence, a commit whose only purpose is to overwrite those frames.
/// Once the fence is on disk the batch is either in the log or gone for good. Until a fence succeeds nothing else is
/// written and the worker is not ready.
final class SqliteWriter implements BatchWriter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SqliteWriter.class);
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /// How a trigger says which member of a document does not fit.
    private static final Pattern REFUSED_BY_TRIGGER = Pattern.compile("refused: (/\\S*) ([^)]+)");

    private final Connection connection;
    private final DatabaseFile file;
    private final Turnstile turnstile;
    private final StatementCache statements = new StatementCache();
    private final Map<String, PointQuery> queries = new HashMap<>();
    private final SqliteReceipts receipts;
    private volatile boolean closing;
    private volatile @Nullable String fault;
    private volatile @Nullable String lostFile;

    SqliteWriter(Path directory, DatabaseFile file) throws SQLException {
        this.file = file;
        this.connection = Sqlite.openWriter(directory.resolve(SqliteStore.FILE));
        this.turnstile = new Turnstile(directory);
        this.receipts = new SqliteReceipts(connection, statements);
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
            execute("INSERT OR IGNORE INTO personas_reindex VALUES (0)"); // See DESIGN.md, invariant 9.
            for (var more = source.take(); !more.isEmpty(); more = source.take()) {
                taken.addAll(more);
                for (var waiting : more) {
                    run(waiting, head, ran);
                }
            }
            execute("DELETE FROM personas_reindex WHERE docid = 0");
            receipts.forgetOld();
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
    /// statement that fails. So only an edit of several steps, or one that is tried and undone, needs a savepoint.
    private void run(Waiting waiting, Head head, List<Ran> ran) throws SQLException {
        var edit = waiting.edit();
        long seqBefore = head.seq;
        boolean guarded = edit.dryRun()
                || edit.steps().size() > 1
                || edit.steps().stream().anyMatch(Step.Purge.class::isInstance);
        if (guarded) {
            execute("SAVEPOINT edit");
        }
        Function<RevisionToken, Outcome> answer;
        boolean undo = edit.dryRun();
        try {
            var before = edit.origin().key() == null
                    ? null
                    : receipts.find(edit.origin().key(), head.incarnation);
            answer = before == null ? runSteps(edit, head) : before;
        } catch (RefusedException refusal) {
            undo = true;
            answer = refusal.answer;
        } catch (RuntimeException e) {
            undo = true;
            waiting.fail(e);
            answer = asOf -> new Outcome.NotApplied("refused by an exception");
        }
        if (undo) {
            if (guarded) {
                execute("ROLLBACK TO edit");
            }
            head.seq = seqBefore;
        }
        if (guarded) {
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
                            case Step.Create create ->
                                create(step.collection(), step.id(), create.body(), edit.origin(), head);
                            case Step.Change change -> change(change, i, edit.origin(), head);
                            case Step.Put put -> put(put, i, edit.origin(), head);
                            case Step.Save save -> save(save, i, edit.origin(), head);
                            case Step.Purge purge -> purge(purge, i, edit.origin(), head);
                        });
            } catch (SQLException e) {
                statements.clear(); // One of them failed, and the driver closes such a one.
                throw refusalOf(e, step, i);
            }
        }
        var key = edit.origin().key();
        if (key != null && !edit.dryRun()) {
            receipts.add(key, edit.steps(), written, head.now);
        }
        return asOf -> new Outcome.Committed(written, asOf, false);
    }

    private Written create(Collection collection, String id, byte[] body, Origin origin, Head head)
            throws SQLException {
        long revision = head.seq + 1;
        long version = 1 + lastVersion(collection, id);
        byte[] json = DocumentJson.finish(body, id, version, revision, head.now, head.now);
        var insert = prepared("INSERT INTO " + collection.name()
                + " (id, version, revision, created_at, updated_at, actor, message, document)"
                + " VALUES (?1, ?7, ?2, ?3, ?3, ?4, ?5, CAST(?6 AS TEXT))");
        insert.setString(1, id);
        insert.setLong(2, revision);
        insert.setString(3, head.now);
        insert.setString(4, origin.actor());
        insert.setString(5, origin.message());
        insert.setBytes(6, json);
        insert.setLong(7, version);
        insert.executeUpdate();
        head.seq = revision;
        return new Written(new Document(id, version, revision, head.incarnation, json), true);
    }

    /// The version at which a row of this id was removed; 0 where none ever was.
    private long lastVersion(Collection collection, String id) throws SQLException {
        return query("SELECT version FROM tombstones WHERE collection = '" + collection.name() + "' AND id = ?1")
                .ask(id, row -> row == null ? 0L : row.number(0));
    }

    private PointQuery query(String sql) throws SQLException {
        var query = queries.get(sql);
        if (query == null) {
            query = new PointQuery(connection, sql);
            queries.put(sql, query);
        }
        return query;
    }

    /// A row as the transaction finds it.
    private record Current(Document document, String createdAt) {}

    private @Nullable Current current(Step step, Head head) throws SQLException {
        String sql = "SELECT version, revision, created_at, document FROM "
                + step.collection().name() + " WHERE id = ?1";
        return query(sql).ask(step.id(), row -> {
            if (row == null) {
                return null;
            }
            byte[] json = Objects.requireNonNull(row.bytes(3));
            return new Current(
                    new Document(step.id(), row.number(0), row.number(1), head.incarnation, json), row.text(2));
        });
    }

    private Written change(Step.Change step, int position, Origin origin, Head head)
            throws SQLException, RefusedException {
        var current = current(step, head);
        if (current == null) {
            throw new RefusedException(asOf -> new Outcome.NotFound(position, asOf));
        }
        return next(step, current, step.expected(), step.rule(), position, origin, head);
    }

    private Written next(
            Step step, Current current, Predicate<Document> expected, Rule rule, int position, Origin origin, Head head)
            throws SQLException, RefusedException {
        requireExpected(expected.test(current.document()), position, current.document());
        return switch (rule.decide(current.document())) {
            case Rule.Keep keep -> new Written(current.document(), false);
            case Rule.Refuse refuse ->
                throw new RefusedException(asOf -> new Outcome.Refused(position, refuse.violations(), asOf));
            case Rule.Replace replace -> replace(step, current, replace.body(), replace.fields(), origin, head);
        };
    }

    private static void requireExpected(boolean expected, int position, @Nullable Document current)
            throws RefusedException {
        if (!expected) {
            throw new RefusedException(asOf -> new Outcome.Conflict(position, current, asOf));
        }
    }

    private Written put(Step.Put step, int position, Origin origin, Head head) throws SQLException, RefusedException {
        var current = current(step, head);
        if (current != null) {
            return next(step, current, step.expected(), step.rule(), position, origin, head);
        }
        requireUnused(step, position);
        return create(step.collection(), step.id(), step.body(), origin, head);
    }

    private void requireUnused(Step step, int position) throws SQLException, RefusedException {
        var select = prepared("SELECT 1 FROM tombstones WHERE collection = ?1 AND id = ?2");
        select.setString(1, step.collection().name());
        select.setString(2, step.id());
        try (var row = select.executeQuery()) {
            if (row.next()) {
                throw new RefusedException(asOf -> new Outcome.Gone(position, asOf));
            }
        }
    }

    private Written save(Step.Save step, int position, Origin origin, Head head) throws SQLException, RefusedException {
        var current = current(step, head);
        requireExpected(
                step.expected().test(current == null ? null : current.document()),
                position,
                current == null ? null : current.document());
        if (step.needed() != null && !isReadable(step.needed())) {
            var violation = new Violation("", "names a version that is not there");
            throw new RefusedException(asOf -> new Outcome.Refused(position, List.of(violation), asOf));
        }
        if (current == null) {
            return create(step.collection(), step.id(), step.body(), origin, head);
        }
        var document = current.document();
        byte[] same = DocumentJson.finish(
                step.body(),
                step.id(),
                document.version(),
                document.revision(),
                current.createdAt(),
                DocumentJson.updatedAt(document.json()));
        return Arrays.equals(same, document.json())
                ? new Written(document, false)
                : replace(step, current, step.body(), List.of(), origin, head);
    }

    private boolean isReadable(Step.Needed needed) throws SQLException {
        var select = prepared(
                "SELECT 1 FROM changes WHERE id = ?1 AND version = ?2 AND collection = ?3 AND document IS NOT NULL");
        select.setString(1, needed.id());
        select.setLong(2, needed.version());
        select.setString(3, needed.collection().name());
        try (var row = select.executeQuery()) {
            return row.next();
        }
    }

    private Written replace(Step step, Current current, byte[] body, List<String> fields, Origin origin, Head head)
            throws SQLException {
        long revision = head.seq + 1;
        long readVersion = current.document().version();
        byte[] json = DocumentJson.finish(body, step.id(), readVersion + 1, revision, current.createdAt(), head.now);
        var update = prepared("UPDATE " + step.collection().name()
                + " SET version = ?1, revision = ?2, updated_at = ?3, actor = ?4, message = ?5, fields = ?6,"
                + " document = CAST(?7 AS TEXT) WHERE id = ?8 AND version = ?9");
        update.setLong(1, readVersion + 1);
        update.setLong(2, revision);
        update.setString(3, head.now);
        update.setString(4, origin.actor());
        update.setString(5, origin.message());
        update.setString(6, DocumentJson.names(fields));
        update.setBytes(7, json);
        update.setString(8, step.id());
        update.setLong(9, readVersion);
        if (update.executeUpdate() != 1) {
            throw new SQLException("version " + readVersion + " of " + step.id() + " changed under the write lock");
        }
        head.seq = revision;
        return new Written(new Document(step.id(), readVersion + 1, revision, head.incarnation, json), true);
    }

    /// Erases the row, and what the log says of it, but for that it was there.
    private Written purge(Step.Purge step, int position, Origin origin, Head head)
            throws SQLException, RefusedException {
        var current = current(step, head);
        if (current == null) {
            throw new RefusedException(asOf -> new Outcome.NotFound(position, asOf));
        }
        requireExpected(step.expected().test(current.document()), position, current.document());
        requireNotNeeded(step, position);
        if (step.parts() != null) {
            for (String part : named(step.parts(), step.id())) {
                erase(step.parts(), part, origin, head);
            }
        }
        erase(step.collection(), step.id(), origin, head);
        var gone = new Document(
                step.id(),
                current.document().version() + 1,
                head.seq,
                head.incarnation,
                current.document().json());
        return new Written(gone, true);
    }

    private void requireNotNeeded(Step.Purge step, int position) throws SQLException, RefusedException {
        if (step.neededBy() == null) {
            return;
        }
        var select = prepared("SELECT count(*) FROM " + step.neededBy().name() + " WHERE owner_id = ?1");
        select.setString(1, step.id());
        try (var row = select.executeQuery()) {
            row.next();
            long count = row.getLong(1);
            if (count > 0) {
                throw new RefusedException(asOf -> new Outcome.Referenced(position, count, asOf));
            }
        }
    }

    /// The ids of the documents that name another.
    private List<String> named(Collection collection, String id) throws SQLException {
        var select = prepared("SELECT id FROM " + collection.name() + " WHERE owner_id = ?1 ORDER BY id");
        select.setString(1, id);
        var ids = new ArrayList<String>();
        try (var rows = select.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private void erase(Collection collection, String id, Origin origin, Head head) throws SQLException {
        var delete = prepared("DELETE FROM " + collection.name() + " WHERE id = ?1");
        delete.setString(1, id);
        delete.executeUpdate();
        var erase = prepared("UPDATE changes SET document = NULL, actor = '', message = '', fields = '[]'"
                + " WHERE id = ?1 AND collection = ?2");
        erase.setString(1, id);
        erase.setString(2, collection.name());
        erase.executeUpdate();
        head.seq++;
        var sign = prepared("UPDATE changes SET actor = ?1, message = ?2 WHERE revision = ?3");
        sign.setString(1, origin.actor());
        sign.setString(2, origin.message());
        sign.setLong(3, head.seq);
        sign.executeUpdate();
    }

    /// What a broken constraint means for the client. Any other failure ends the batch.
    private static RefusedException refusalOf(SQLException e, Step refused, int step) throws SQLException {
        var collection = refused.collection();
        if (Sqlite.isForeignKey(e) && refused instanceof Step.Purge) {
            return new RefusedException(asOf -> new Outcome.Referenced(step, asOf));
        }
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
            var byTrigger = REFUSED_BY_TRIGGER.matcher(message);
            if (byTrigger.find()) {
                var violation = new Violation(byTrigger.group(1), byTrigger.group(2));
                return new RefusedException(asOf -> new Outcome.Refused(step, List.of(violation), asOf));
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
