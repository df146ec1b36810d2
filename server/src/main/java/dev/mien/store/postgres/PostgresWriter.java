package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.store.CommitQueue.BatchWriter;
import dev.mien.store.CommitQueue.EditSource;
import dev.mien.store.CommitQueue.Waiting;
import dev.mien.store.DocumentJson;
import dev.mien.store.Outcome;
import dev.mien.store.StatementCache;
import dev.mien.store.Step;
import dev.mien.store.postgres.Batch.Answer;
import dev.mien.store.postgres.Batch.Line;
import dev.mien.store.postgres.Batch.Receipt;
import dev.mien.store.postgres.Batch.RowKey;
import dev.mien.store.postgres.Batch.VersionKey;
import dev.mien.store.postgres.Batch.Write;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits batches of edits on the worker's one writing session. Used by the committing thread alone, except for
/// [#fault()].
///
/// One transaction is two messages. The first locks the keys of requests and the rows that the edits change, each in an
/// order that all workers have, and reads them; then the edits run here. The second is `write_batch` and the `COMMIT`
/// together (see the migration). An edit that is only tried is a transaction of its own, which ends with a `ROLLBACK`.
///
/// **Invariant: nobody waits for a stopped worker for longer than the server lets a transaction idle.** Between the two
/// messages it holds rows, and the server ends its session after [Primary.Use#idleInTransaction]. While it holds
/// `log_head`, for which everybody waits, the server has everything that it needs.
///
/// **Invariant: an edit is [Outcome.NotApplied] only if its transaction has certainly not happened.** That is so if the
/// second message was not sent, or if the same session still answers afterwards and has refused it, or if the server
/// says of the transaction's id, which was asked for before, that it was aborted. All else is [Outcome.Unknown].
final class PostgresWriter implements BatchWriter, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresWriter.class);
    private static final int MOST_RETRIES = 5;
    private static final Duration SETTLING = Duration.ofSeconds(3);

    /// SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String DEADLOCK = "40P01";
    private static final String INTEGRITY = "23";
    private static final String FOREIGN_KEY = "23503";
    private static final String UNIQUE = "23505";
    /// A member of a document does not fit. Its pointer is the constraint's name.
    private static final String REFUSED_BY_TRIGGER = "23M01";
    private static final String ANOTHER_HISTORY = "MN001";
    /// An id that was free has been used, and is free again.
    private static final String OVERTAKEN = "MN002";

    /// Asking for the id makes the transaction have one.
    private static final String BEGIN = "SELECT pg_current_xact_id()::text, utc_now()";

    private static final String LOCK = """
            SELECT id, version, revision, created_at, updated_at, document::text
              FROM %1$s WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE %2$s
            """;

    private static final String TOMBSTONES = """
            SELECT t.collection, t.id, t.version
              FROM unnest(?::text[], ?::text[]) AS u (collection, id)
              JOIN tombstones t ON t.collection = u.collection AND t.id = u.id
            """;

    /// Locked, so that nobody erases them before the edits that need them are committed.
    private static final String READABLE = """
            SELECT c.collection, c.id, c.version
              FROM unnest(?::text[], ?::text[], ?::bigint[]) AS u (collection, id, version)
              JOIN changes c ON c.id = u.id AND c.version = u.version AND c.collection = u.collection
             WHERE c.document IS NOT NULL
             ORDER BY c.revision FOR SHARE OF c %1$s
            """;

    /// The rows that name others.
    private static final String LOCK_PARTS = LOCK.replace("WHERE id = ANY (?)", "WHERE owner_id = ANY (?)");

    private final Primary primary;
    private final Supplier<RevisionToken> lastSeen;
    private final PostgresReceipts receipts = new PostgresReceipts();
    private final StatementCache statements = new StatementCache();
    private @Nullable Connection connection;
    private String line = "";
    private volatile @Nullable String fault;
    private volatile @Nullable String lost;

    /// @param lastSeen the newest state that this worker has seen
    PostgresWriter(Primary primary, Supplier<RevisionToken> lastSeen) {
        this.primary = primary;
        this.lastSeen = lastSeen;
    }

    /// Why nothing can be written at the moment; null where all is well.
    @Nullable String fault() {
        return lost != null ? lost : fault;
    }

    /// How another history was found in the store's place; null where it was not.
    @Nullable String lost() {
        return lost;
    }

    /// The transaction was refused because of one step of one edit. The others may be tried again without it.
    private static final class StepFailedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Waiting waiting;
        private final transient Answer answer;
        private final transient @Nullable Write write;

        /// @param write which did not fit; null where more is known of it
        StepFailedException(Waiting waiting, Answer answer, @Nullable Write write) {
            super(null, null, false, false);
            this.write = write;
            this.waiting = waiting;
            this.answer = answer;
        }
    }

    /// Nobody can say whether the transaction happened.
    private static final class InDoubtException extends Exception {
        private static final long serialVersionUID = 1;

        InDoubtException(Throwable cause) {
            super("the answer to the commit was lost: " + cause.getMessage(), cause);
        }
    }

    /// How a transaction is tried.
    ///
    /// @param skipLocked whether to refuse edits of rows that somebody else holds, and not to wait
    /// @param singly whether each write is a statement of its own, so that the one that does not fit is known
    private record Mode(boolean skipLocked, boolean singly) {}

    /// What the first message of a transaction brings.
    ///
    /// @param id the transaction's id, by which the server can be asked what became of it
    private record Begun(String id, Batch batch) {}

    @Override
    public void write(EditSource source) {
        if (lost != null || !canConnect()) {
            var answer = new Outcome.NotApplied("the store cannot be written: " + fault());
            source.take().forEach(waiting -> waiting.answer(answer));
            return;
        }
        // They are taken before their rows are locked, since only they say which those are. Whoever waits meanwhile can
        // no longer give up; the server bounds the wait.
        var waiting = new ArrayList<>(source.take());
        forgetOldReceipts();
        while (!waiting.isEmpty()) {
            try {
                waiting.removeAll(commitSome(nextOf(waiting)));
            } catch (InDoubtException e) {
                log.error("A commit of up to {} edits has an unknown outcome", waiting.size(), e);
                waiting.forEach(edit -> edit.answer(new Outcome.Unknown(String.valueOf(e.getMessage()))));
                return;
            } catch (SQLException | RuntimeException e) {
                log.error("A batch of {} edits was rolled back", waiting.size(), e);
                fail(e);
                var answer = new Outcome.NotApplied("the store cannot be written: " + fault());
                waiting.forEach(edit -> edit.answer(answer));
                return;
            } catch (Error e) {
                drop(); // Whatever happens, nobody waits for a transaction that nobody will end.
                throw e;
            }
        }
    }

    /// Those that may go together: all that are to be done, or else one that is to be tried.
    private static List<Waiting> nextOf(List<Waiting> waiting) {
        var toDo = waiting.stream().filter(edit -> !edit.edit().dryRun()).toList();
        return toDo.isEmpty() ? List.of(waiting.getFirst()) : toDo;
    }

    private void forgetOldReceipts() {
        try {
            receipts.forgetOld(session());
        } catch (SQLException e) {
            log.warn("Old receipts were not removed: {}", e.getMessage());
            rollBack();
        }
    }

    /// Commits edits from the head of the list and answers them.
    ///
    /// @return those that were answered, at least one
    private Set<Waiting> commitSome(List<Waiting> waiting) throws SQLException, InDoubtException {
        var failed = new HashMap<Waiting, Answer>();
        var mode = new Mode(false, false);
        int retries = 0;
        while (true) {
            boolean wasOpen = connection != null;
            try {
                return transaction(waiting, failed, mode);
            } catch (StepFailedException e) {
                // It is answered together with the others, once what it failed against is committed.
                failed.put(e.waiting, e.answer);
            } catch (SQLException e) {
                boolean lostSession = wasOpen && connection == null;
                String state = String.valueOf(e.getSQLState());
                if (!mode.skipLocked() && state.equals(LOCK_NOT_AVAILABLE)) {
                    mode = new Mode(true, true);
                } else if (!mode.singly() && state.startsWith(INTEGRITY)) {
                    mode = new Mode(mode.skipLocked(), true);
                } else if (retries++ == MOST_RETRIES
                        || !(lostSession || DEADLOCK.equals(state) || OVERTAKEN.equals(state))) {
                    throw e;
                }
                log.debug("A batch is tried again", e);
            }
        }
    }

    /// @param failed edits that are not run again, with their answers
    private Set<Waiting> transaction(List<Waiting> waiting, Map<Waiting, Answer> failed, Mode mode)
            throws SQLException, StepFailedException, InDoubtException {
        Begun begun;
        Batch batch;
        String statement;
        try {
            begun = begin(needs(waiting, failed), mode.skipLocked());
            batch = begun.batch();
            for (var edit : waiting) {
                if (batch.isFull()) {
                    break;
                }
                batch.run(edit, failed.get(edit));
            }
            statement = commitStatement(
                    batch, mode.singly(), waiting.getFirst().edit().dryRun());
        } catch (SQLException | RuntimeException e) {
            rollBack();
            throw e;
        }
        var head = commit(begun, statement);
        fault = null;
        long base = head.revision() - batch.writes().size();
        var asOf = waiting.getFirst().edit().dryRun() ? new RevisionToken(head.incarnation(), base) : head;
        batch.answers().forEach((edit, answer) -> edit.answer(answer.of(asOf, base)));
        return batch.answers().keySet();
    }

    /// What edits ask of the store.
    ///
    /// @param rows that they change, by collection
    /// @param fresh rows that they may make
    /// @param wholes what is purged with its parts, by the parts' collection
    /// @param versions that must be readable
    /// @param keys of their requests
    private record Needs(
            SortedMap<String, SortedSet<String>> rows,
            Set<RowKey> fresh,
            SortedMap<String, SortedSet<String>> wholes,
            Set<VersionKey> versions,
            SortedSet<String> keys) {}

    private static Needs needs(List<Waiting> waiting, Map<Waiting, Answer> failed) {
        var needs = new Needs(
                new TreeMap<>(), new LinkedHashSet<>(), new TreeMap<>(), new LinkedHashSet<>(), new TreeSet<>());
        for (var edit : waiting) {
            if (failed.containsKey(edit)) {
                continue;
            }
            var key = edit.edit().origin().key();
            if (key != null) {
                needs.keys().add(key.key());
            }
            edit.edit().steps().forEach(step -> add(step, needs));
        }
        return needs;
    }

    private static void add(Step step, Needs needs) {
        String collection = step.collection().name();
        if (step.id().indexOf(0) >= 0) {
            return; // PostgreSQL cannot be asked for a NUL character, and has no row with one.
        }
        if (!(step instanceof Step.Create)) {
            needs.rows().computeIfAbsent(collection, name -> new TreeSet<>()).add(step.id());
        }
        if (step instanceof Step.Create || step instanceof Step.Put || step instanceof Step.Save) {
            needs.fresh().add(new RowKey(collection, step.id()));
        }
        if (step instanceof Step.Purge purge && purge.parts() != null) {
            needs.wholes()
                    .computeIfAbsent(purge.parts().name(), name -> new TreeSet<>())
                    .add(step.id());
        }
        if (step instanceof Step.Save save && save.needed() != null) {
            needs.versions().add(Batch.version(save.needed()));
        }
    }

    /// One part of the first message.
    private record Question(String sql, List<java.sql.Array> parameters, Reading reading) {
        interface Reading {
            void of(ResultSet rows) throws SQLException;
        }
    }

    /// The first message: begins the transaction, learns its id, locks the keys of requests, then the rows in the order
    /// of their keys, so that no two workers wait for each other, and reads them.
    ///
    /// Each part has a snapshot of its own, taken when those before it hold their locks.
    private Begun begin(Needs needs, boolean skipLocked) throws SQLException {
        var begun = new String[2];
        var held = new Batch.Held(
                new HashMap<>(),
                new HashMap<>(),
                new HashSet<>(),
                new HashMap<>(),
                new HashSet<>(),
                new HashSet<>(),
                !skipLocked);
        var questions = new ArrayList<Question>();
        questions.add(new Question(BEGIN, List.of(), row -> {
            row.next();
            begun[0] = row.getString(1);
            begun[1] = row.getString(2);
        }));
        addKeys(needs, skipLocked, held, questions);
        for (var rows : needs.rows().entrySet()) {
            String collection = rows.getKey();
            questions.add(new Question(
                    LOCK.formatted(collection, skipLocked ? "SKIP LOCKED" : ""),
                    List.of(array("text", rows.getValue())),
                    found -> addImages(collection, found, held.images())));
        }
        for (var parts : needs.wholes().entrySet()) {
            String collection = parts.getKey();
            questions.add(new Question(
                    LOCK_PARTS.formatted(collection, skipLocked ? "SKIP LOCKED" : ""),
                    List.of(array("text", parts.getValue())),
                    found -> addImages(collection, found, held.images())));
        }
        if (!needs.fresh().isEmpty()) {
            questions.add(new Question(TOMBSTONES, rowArrays(needs.fresh()), found -> {
                while (found.next()) {
                    held.tombstones().put(new RowKey(found.getString(1), found.getString(2)), found.getLong(3));
                }
            }));
        }
        if (!needs.versions().isEmpty()) {
            var parameters = new ArrayList<>(
                    rowArrays(needs.versions().stream().map(VersionKey::row).toList()));
            parameters.add(array(
                    "bigint", needs.versions().stream().map(VersionKey::version).toList()));
            questions.add(new Question(READABLE.formatted(skipLocked ? "SKIP LOCKED" : ""), parameters, found -> {
                while (found.next()) {
                    held.readable()
                            .add(new VersionKey(new RowKey(found.getString(1), found.getString(2)), found.getLong(3)));
                }
            }));
        }
        ask(questions);
        if (skipLocked) {
            held.locked().addAll(others(needs.rows(), held.images().keySet()));
        }
        return new Begun(begun[0], new Batch(lastSeen.get().incarnation(), begun[1], held));
    }

    private void addKeys(Needs needs, boolean skipLocked, Batch.Held held, List<Question> questions)
            throws SQLException {
        if (needs.keys().isEmpty()) {
            return;
        }
        var numbers = new TreeSet<Integer>();
        needs.keys().forEach(key -> numbers.add(PostgresReceipts.number(key)));
        questions.add(new Question(
                skipLocked ? PostgresReceipts.TRY_LOCK : PostgresReceipts.LOCK,
                List.of(array("int4", numbers)),
                busy -> {
                    while (skipLocked && busy.next()) {
                        int number = busy.getInt(1);
                        needs.keys().stream()
                                .filter(key -> PostgresReceipts.number(key) == number)
                                .forEach(held.lockedKeys()::add);
                    }
                }));
        questions.add(new Question(
                PostgresReceipts.FIND,
                List.of(array("text", needs.keys())),
                found -> held.known().putAll(PostgresReceipts.known(found, session()))));
    }

    private void ask(List<Question> questions) throws SQLException {
        var sql = new StringJoiner(";\n");
        questions.forEach(question -> sql.add(question.sql()));
        var statement = prepared(sql.toString());
        int parameter = 1;
        for (var question : questions) {
            for (var array : question.parameters()) {
                statement.setArray(parameter++, array);
            }
        }
        statement.execute();
        for (var question : questions) {
            try (var rows = statement.getResultSet()) {
                question.reading().of(rows);
            }
            statement.getMoreResults();
        }
    }

    private java.sql.Array array(String type, Collection<?> values) throws SQLException {
        return session().createArrayOf(type, values.toArray());
    }

    private List<java.sql.Array> rowArrays(Collection<RowKey> rows) throws SQLException {
        return List.of(
                array("text", rows.stream().map(RowKey::collection).toList()),
                array("text", rows.stream().map(RowKey::id).toList()));
    }

    private static void addImages(String collection, ResultSet rows, Map<RowKey, Image> images) throws SQLException {
        while (rows.next()) {
            images.put(new RowKey(collection, rows.getString(1)), image(collection, rows));
        }
    }

    private static Image image(String collection, ResultSet row) throws SQLException {
        return new Image(
                collection,
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getString(4),
                row.getString(5),
                row.getBytes(6));
    }

    /// The rows that are there and not among `ours`.
    private Set<RowKey> others(SortedMap<String, SortedSet<String>> keys, Set<RowKey> ours) throws SQLException {
        var others = new HashSet<RowKey>();
        for (var entry : keys.entrySet()) {
            var statement = prepared("SELECT id FROM " + entry.getKey() + " WHERE id = ANY (?)");
            statement.setArray(
                    1, session().createArrayOf("text", entry.getValue().toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    others.add(new RowKey(entry.getKey(), rows.getString(1)));
                }
            }
        }
        others.removeAll(ours);
        return others;
    }

    /// The second message. A text without parameters, because the driver sends such a one whole.
    private String commitStatement(Batch batch, boolean singly, boolean dryRun) throws SQLException {
        var seen = lastSeen.get();
        var writes = batch.writes();
        // Answers that nothing was written also say what the store holds.
        boolean marked = primary.isFenced() && (writes.isEmpty() || dryRun);
        return "SELECT incarnation, head FROM write_batch("
                + literal(seen.incarnation()) + ", " + seen.revision() + ", " + literal(batch.now()) + ", "
                + "ARRAY" + runEnds(writes, singly) + "::integer[], "
                + array(writes, Write::operation) + "::text[], "
                + array(writes, write -> write.image().collection()) + "::text[], "
                + array(writes, write -> write.image().id()) + "::text[], "
                + numbers(writes, write -> write.image().version()) + "::bigint[], "
                + array(writes, write -> write.isDelete() ? null : write.image().createdAt()) + "::text[], "
                + array(writes, write -> write.waiting().edit().origin().actor()) + "::text[], "
                + array(writes, write -> write.waiting().edit().origin().message()) + "::text[], "
                + array(writes, write -> DocumentJson.names(write.fields())) + "::text[], "
                + array(writes, write -> write.isDelete() ? null : text(write.image())) + "::json[], "
                + receipts(batch.receipts()) + ", "
                + array(
                        writes.stream().filter(PostgresWriter::takesLabels).toList(),
                        write -> write.image().id())
                + "::text[])"
                + (dryRun ? "; ROLLBACK" : "")
                + (marked ? "; " + Primary.MARK : "")
                + (dryRun ? "" : "; COMMIT");
    }

    /// Whether it ends a document together with its parts, which are labels.
    private static boolean takesLabels(Write write) {
        return write.isDelete()
                && write.step() instanceof Step.Purge purge
                && purge.parts() != null
                && write.image().collection().equals(purge.collection().name());
    }

    private static String text(Image image) {
        return new String(image.body(), StandardCharsets.UTF_8);
    }

    private String receipts(List<Receipt> receipts) throws SQLException {
        var lines =
                receipts.stream().flatMap(receipt -> receipt.lines().stream()).toList();
        var owners = new ArrayList<Integer>();
        for (int i = 0; i < receipts.size(); i++) {
            owners.addAll(Collections.nCopies(receipts.get(i).lines().size(), i + 1));
        }
        return array(receipts, receipt -> receipt.key().key()) + "::text[], "
                + array(receipts, receipt -> receipt.key().fingerprint()) + "::text[], "
                + "ARRAY" + owners + "::integer[], "
                + array(lines, Line::collection) + "::text[], "
                + numbers(lines, Line::revision) + "::bigint[], "
                + "ARRAY" + lines.stream().map(Line::changed).toList() + "::boolean[]";
    }

    private static <T> String numbers(List<T> rows, ToLongFunction<T> value) {
        return "ARRAY" + rows.stream().mapToLong(value).boxed().toList();
    }

    /// The position of the last write of each run, from 1. A run is of one table and kind, has no row twice, and no
    /// change of a member that others may take: there the order matters, also in between.
    private static List<Integer> runEnds(List<Write> writes, boolean singly) {
        var ends = new ArrayList<Integer>();
        var ids = new HashSet<String>();
        for (int i = 0; i < writes.size(); i++) {
            var write = writes.get(i);
            ids.add(write.image().id());
            if (i + 1 == writes.size() || singly || !joins(writes.get(i + 1), write, ids)) {
                ends.add(i + 1);
                ids.clear();
            }
        }
        return ends;
    }

    private static boolean joins(Write next, Write previous, Set<String> ids) {
        var collection = next.step().collection();
        return next.image().collection().equals(previous.image().collection())
                && next.operation().equals(previous.operation())
                && (next.isCreate() || collection.uniqueFields().isEmpty())
                && !ids.contains(next.image().id());
    }

    private <T> String array(List<T> rows, Function<T, @Nullable String> value) throws SQLException {
        var sql = new StringBuilder("ARRAY[");
        for (var row : rows) {
            String text = value.apply(row);
            sql.append(sql.length() > "ARRAY[".length() ? "," : "").append(text == null ? "NULL" : literal(text));
        }
        return sql.append(']').toString();
    }

    private String literal(String value) throws SQLException {
        return "'" + session().unwrap(PGConnection.class).escapeLiteral(value) + "'";
    }

    private RevisionToken commit(Begun begun, String sql) throws SQLException, StepFailedException, InDoubtException {
        try (var statement = session().createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            if (statement.getWarnings() != null) {
                // The commit stands here, and whoever waited for a synchronous standby was told not to.
                throw new InDoubtException(statement.getWarnings());
            }
            var row = statement.getResultSet();
            row.next();
            return new RevisionToken(row.getString(1), row.getLong(2));
        } catch (SQLException e) {
            var refusal = e instanceof PSQLException refused ? refused.getServerErrorMessage() : null;
            // Refused by the server, in a session that goes on: what it refuses, it rolls back.
            if (!(refusal != null && rollBack()) && !isAborted(begun.id())) {
                throw new InDoubtException(e);
            }
            if (refusal != null) {
                try {
                    requireOtherThanStep(refusal, begun.batch());
                } catch (StepFailedException failed) {
                    throw counted(failed);
                }
            }
            throw e;
        }
    }

    /// @throws StepFailedException if the error says which write did not fit
    /// @throws SQLException if the same edits may fit when they are run again
    private static void requireOtherThanStep(ServerErrorMessage error, Batch batch)
            throws StepFailedException, SQLException {
        String state = String.valueOf(error.getSQLState());
        String position = error.getDetail();
        if ((!state.startsWith(INTEGRITY) && !state.equals(LOCK_NOT_AVAILABLE))
                || position == null
                || !position.matches("\\d{1,9}")) {
            return;
        }
        var write = batch.writes().get(Integer.parseInt(position) - 1);
        if (state.equals(UNIQUE)
                && (write.step() instanceof Step.Save || write.step() instanceof Step.Put)
                && (write.image().collection() + "_pkey").equals(error.getConstraint())) {
            // Somebody else made the row since it was not found. The rule is to be asked about that one.
            throw new SQLException(error.getMessage(), OVERTAKEN);
        }
        throw new StepFailedException(write.waiting(), answerTo(error, state, write), write);
    }

    /// Says also how many documents keep one from being purged.
    private StepFailedException counted(StepFailedException failed) {
        if (failed.write == null
                || !(failed.write.step() instanceof Step.Purge purge)
                || !failed.write.isDelete()
                || purge.neededBy() == null) {
            return failed;
        }
        int position = failed.write.position();
        try (var select = session()
                .prepareStatement("SELECT count(*) FROM " + purge.neededBy().name() + " WHERE owner_id = ?")) {
            select.setString(1, purge.id());
            try (var row = select.executeQuery()) {
                row.next();
                long count = row.getLong(1);
                return new StepFailedException(
                        failed.waiting, (asOf, base) -> new Outcome.Referenced(position, count, asOf), null);
            }
        } catch (SQLException e) {
            log.debug("Nobody could be asked how many", e);
            return failed;
        } finally {
            rollBack();
        }
    }

    private static Answer answerTo(ServerErrorMessage error, String state, Write write) {
        var collection = write.step().collection();
        if (state.equals(LOCK_NOT_AVAILABLE)) {
            return (asOf, base) -> new Outcome.NotApplied("somebody else holds a lock on what the edit needs");
        }
        if (state.equals(FOREIGN_KEY) && write.isDelete()) {
            return (asOf, base) -> new Outcome.Referenced(write.position(), asOf);
        }
        if (state.equals(FOREIGN_KEY)) {
            var violation = new Violation("/" + collection.reference(), "names nothing that exists");
            return (asOf, base) -> new Outcome.Refused(write.position(), List.of(violation), asOf);
        }
        if (state.equals(REFUSED_BY_TRIGGER)) {
            var violation = new Violation(String.valueOf(error.getConstraint()), String.valueOf(error.getMessage()));
            return (asOf, base) -> new Outcome.Refused(write.position(), List.of(violation), asOf);
        }
        for (String field : collection.uniqueFields()) {
            if ((collection.name() + "_" + field).equals(error.getConstraint())) {
                return (asOf, base) -> new Outcome.Taken(write.position(), field, asOf);
            }
        }
        // No client can bring this about, and the other edits of the batch shall not suffer for it.
        write.waiting().fail(new IllegalStateException("a row does not fit its table: " + error.getMessage()));
        return (asOf, base) -> new Outcome.NotApplied("refused by an exception");
    }

    /// Whether the transaction has certainly not happened. Asks the server by the transaction's id, for as long as it
    /// takes to notice that its session is gone, or for it to come back after a crash.
    ///
    /// A number that the server gave out a second time, after a crash that it had not survived in the log,
    /// proves the same when it is found aborted: then the first holder had not been committed.
    private boolean isAborted(String transaction) {
        String history = line;
        drop();
        long deadline = System.nanoTime() + SETTLING.toNanos();
        do {
            try (var asking = primary.connect(Primary.Use.FOLLOW)) {
                String status = Primary.lineOfHistory(asking).equals(history) ? status(asking, transaction) : "unknown";
                if (!status.equals("in progress")) {
                    return status.equals("aborted");
                }
            } catch (SQLException e) {
                log.debug("The outcome of a commit cannot be asked for yet", e);
            }
            pause();
        } while (System.nanoTime() < deadline);
        return false;
    }

    private static String status(Connection asking, String transaction) throws SQLException {
        try (var statement = asking.prepareStatement("SELECT pg_xact_status(CAST(? AS xid8))")) {
            statement.setString(1, transaction);
            try (var row = statement.executeQuery()) {
                row.next();
                return String.valueOf(row.getString(1));
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void fail(Exception e) {
        fault = String.valueOf(e.getMessage());
        if (e instanceof SQLException failure && ANOTHER_HISTORY.equals(failure.getSQLState())) {
            lost = fault;
        }
    }

    private boolean canConnect() {
        try {
            session();
            return true;
        } catch (SQLException e) {
            fail(e);
            return false;
        }
    }

    private Connection session() throws SQLException {
        if (connection == null) {
            var opened = primary.open(Primary.Use.WRITE);
            try {
                line = Primary.lineOfHistory(opened);
                opened.setAutoCommit(false);
            } catch (SQLException e) {
                Primary.closeQuietly(opened);
                throw e;
            }
            connection = opened;
        }
        return connection;
    }

    /// @return whether the session answered; it is dropped otherwise
    private boolean rollBack() {
        try {
            if (connection != null && !connection.isClosed()) {
                connection.rollback();
                return true;
            }
        } catch (SQLException e) {
            log.debug("The session is gone", e);
        }
        drop();
        return false;
    }

    private void drop() {
        statements.clear();
        Primary.closeQuietly(connection);
        connection = null;
    }

    /// Finds out whether a fault is over. In one message, since it takes the head of the log.
    @Override
    public void idle() {
        if (fault == null || lost != null) {
            return;
        }
        try (var statement = session().createStatement()) {
            statement.execute("SELECT seq FROM log_head WHERE id = 1 FOR NO KEY UPDATE; ROLLBACK");
            fault = null;
            log.info("The store can be written again");
        } catch (SQLException e) {
            fail(e);
            drop();
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        return statements.get(session(), sql);
    }

    @Override
    public void close() {
        drop();
    }
}
