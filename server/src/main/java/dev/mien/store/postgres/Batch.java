package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.store.Collection;
import dev.mien.store.CommitQueue.Waiting;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Written;
import dev.mien.store.RequestKey;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Runs edits one after another on rows that are locked, in memory: each sees what those before it are going to leave.
/// What comes of it is a list of writes, in order, the receipts of edits that named a key, and the answer of each edit
/// once they are committed.
final class Batch {
    private static final JsonMapper JSON = new JsonMapper();

    /// A transaction ends where its statement has become so large.
    private static final int MAXIMUM_BYTES = 8 * 1024 * 1024;

    /// The row of a document.
    record RowKey(String collection, String id) {}

    /// One version of a document.
    record VersionKey(RowKey row, long version) {}

    /// One change of one row.
    ///
    /// @param step the position in its edit
    /// @param operation as in the log
    /// @param fields the members that it changes
    record Write(Waiting waiting, Step step, int position, String operation, Image image, List<String> fields) {
        boolean isCreate() {
            return operation.equals("create");
        }

        boolean isDelete() {
            return operation.equals("delete");
        }
    }

    /// What an edit with a key did.
    record Receipt(RequestKey key, List<Line> lines) {}

    /// What one step of it did.
    ///
    /// @param revision as in [Image]
    record Line(String collection, long revision, boolean changed) {}

    /// What is known of a request that was made before.
    ///
    /// @param answer what it is told if it is the same one
    record Known(String fingerprint, Answer answer) {}

    /// What an edit is told once the transaction has ended well.
    ///
    /// `base` is the revision before the transaction's first.
    interface Answer {
        Outcome of(RevisionToken asOf, long base);
    }

    /// What a transaction finds and has locked.
    ///
    /// @param images the rows that are there
    /// @param tombstones the last versions of those that were removed
    /// @param readable of the versions that edits need, those that can be read
    /// @param known what became of the keys that edits name, where they were used before
    /// @param locked rows that somebody else does not let go
    /// @param lockedKeys keys that somebody else does not let go
    /// @param isPatient whether everything that is missing in the others is missing in the store, and not
    ///     just locked
    record Held(
            Map<RowKey, Image> images,
            Map<RowKey, Long> tombstones,
            Set<VersionKey> readable,
            Map<String, Known> known,
            Set<RowKey> locked,
            Set<String> lockedKeys,
            boolean isPatient) {}

    private final String incarnation;
    private final String now;
    private final Held held;
    private final Map<RowKey, Image> images;
    private final Map<RowKey, Long> tombstones;
    private final Set<VersionKey> readable;
    private final Map<String, Known> known;
    private final List<Write> writes = new ArrayList<>();
    private final List<Receipt> receipts = new ArrayList<>();
    private final Map<Waiting, Answer> answers = new LinkedHashMap<>();
    private long bytes;

    Batch(String incarnation, String now, Held held) {
        this.incarnation = incarnation;
        this.now = now;
        this.held = held;
        this.images = new HashMap<>(held.images());
        this.tombstones = new HashMap<>(held.tombstones());
        this.readable = new HashSet<>(held.readable());
        this.known = new HashMap<>(held.known());
    }

    List<Write> writes() {
        return writes;
    }

    List<Receipt> receipts() {
        return receipts;
    }

    Map<Waiting, Answer> answers() {
        return answers;
    }

    String now() {
        return now;
    }

    boolean isFull() {
        return bytes >= MAXIMUM_BYTES;
    }

    /// Ends an edit whose steps so far must be undone.
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        RefusedException(Answer answer) {
            super(null, null, false, false);
            this.answer = answer;
        }
    }

    private static RefusedException notApplied(String reason) {
        return new RefusedException((asOf, base) -> new Outcome.NotApplied(reason));
    }

    /// @param decided the answer of an edit that is not to be run; null to run it
    void run(Waiting waiting, @Nullable Answer decided) {
        if (decided != null) {
            answers.put(waiting, decided);
            return;
        }
        int before = writes.size();
        var undo = new ArrayList<Runnable>();
        try {
            var done = doneBefore(waiting.edit());
            answers.put(waiting, done != null ? done : steps(waiting, undo));
        } catch (RefusedException refusal) {
            undo(before, undo);
            answers.put(waiting, refusal.answer);
        } catch (RuntimeException e) {
            undo(before, undo);
            waiting.fail(e);
            answers.put(waiting, (asOf, base) -> new Outcome.NotApplied("refused by an exception"));
        }
    }

    private void undo(int before, List<Runnable> undo) {
        writes.subList(before, writes.size()).clear();
        undo.reversed().forEach(Runnable::run);
    }

    /// The answer to an edit whose key was used before; null where it is new.
    private @Nullable Answer doneBefore(Edit edit) throws RefusedException {
        var key = edit.origin().key();
        if (key == null) {
            return null;
        }
        if (held.lockedKeys().contains(key.key())) {
            throw notApplied("a request with the same key is under way");
        }
        var before = known.get(key.key());
        if (before == null) {
            return null;
        }
        return before.fingerprint().equals(key.fingerprint())
                ? before.answer()
                : (asOf, base) -> new Outcome.KeyReused(asOf);
    }

    private Answer steps(Waiting waiting, List<Runnable> undo) throws RefusedException {
        Edit edit = waiting.edit();
        var results = new ArrayList<Result>(edit.steps().size());
        for (int i = 0; i < edit.steps().size(); i++) {
            var step = edit.steps().get(i);
            var key = new RowKey(step.collection().name(), step.id());
            if (held.locked().contains(key)) {
                throw notApplied("somebody else holds a lock on the document");
            }
            var result = switch (step) {
                case Step.Create create -> create(key, create.body());
                case Step.Change change -> change(change, i, images.get(key));
                case Step.Put put -> put(put, i, key, images.get(key));
                case Step.Save save -> save(save, i, key, images.get(key));
                case Step.Purge purge -> {
                    requirePurgeable(purge, i, images.get(key));
                    purgeParts(waiting, purge, i, undo);
                    yield purge(purge, i, images.get(key));
                }
            };
            results.add(result);
            if (result.isChange()) {
                writes.add(new Write(waiting, step, i, result.operation(), result.image(), result.fields()));
                bytes += result.image().body().length;
                leave(key, result, undo);
            }
        }
        var requestKey = edit.origin().key();
        if (requestKey != null && !edit.dryRun()) {
            receipts.add(new Receipt(
                    requestKey,
                    results.stream()
                            .map(result -> new Line(
                                    result.image().collection(), result.image().revision(), result.isChange()))
                            .toList()));
            known.put(requestKey.key(), new Known(requestKey.fingerprint(), committed(results, true)));
        }
        return committed(results, false);
    }

    private static Answer committed(List<Result> results, boolean repeated) {
        return (asOf, base) -> new Outcome.Committed(
                results.stream()
                        .map(result -> new Written(result.document(asOf.incarnation(), base), result.isChange()))
                        .toList(),
                asOf,
                repeated);
    }

    /// Notes what those that come later find.
    private void leave(RowKey key, Result result, List<Runnable> undo) {
        var image = result.image();
        var previous = images.get(key);
        undo.add(() -> images.compute(key, (same, written) -> previous));
        if (result.removed() == null) {
            images.put(key, image);
            var version = new VersionKey(key, image.version());
            readable.add(version);
            undo.add(() -> readable.remove(version));
        } else {
            images.remove(key);
            var tombstone = tombstones.put(key, image.version());
            undo.add(() -> tombstones.compute(key, (same, written) -> tombstone));
            var erased = readable.stream()
                    .filter(version -> version.row().equals(key))
                    .toList();
            erased.forEach(readable::remove);
            undo.add(() -> readable.addAll(erased));
        }
    }

    /// What comes of a step.
    ///
    /// @param operation as in the log; empty where nothing is changed
    /// @param image of the row as it is going to be; of one that is removed, its last version, of which only
    ///     the numbers are written
    /// @param removed the row as it was, where it is removed
    private record Result(
            String operation,
            Image image,
            List<String> fields,
            @Nullable Image removed) {
        boolean isChange() {
            return !operation.isEmpty();
        }

        Document document(String incarnation, long base) {
            var document = image.committed(incarnation, base);
            return removed == null
                    ? document
                    : new Document(
                            document.id(),
                            document.version(),
                            document.revision(),
                            incarnation,
                            removed.committed(incarnation, base).json());
        }
    }

    private static Result unchanged(Image current) {
        return new Result("", current, List.of(), null);
    }

    private Result create(RowKey key, byte[] body) {
        long version = 1 + tombstones.getOrDefault(key, 0L);
        var image = new Image(key.collection(), key.id(), version, nextRevision(), now, now, body);
        return new Result("create", image, List.of(), null);
    }

    private Result replace(Image current, byte[] body, List<String> fields) {
        var image = new Image(
                current.collection(),
                current.id(),
                current.version() + 1,
                nextRevision(),
                current.createdAt(),
                now,
                body);
        return new Result("update", image, fields, null);
    }

    private Result change(Step.Change step, int position, @Nullable Image current) throws RefusedException {
        return next(required(current, position), step.expected(), step.rule(), position);
    }

    private Result next(Image current, Predicate<Document> expected, Rule rule, int position) throws RefusedException {
        var document = current.provisional(incarnation);
        requireExpected(expected.test(document), position, current);
        return switch (rule.decide(document)) {
            case Rule.Keep keep -> unchanged(current);
            case Rule.Refuse refuse ->
                throw new RefusedException((asOf, base) -> new Outcome.Refused(position, refuse.violations(), asOf));
            case Rule.Replace replace -> replace(current, replace.body(), replace.fields());
        };
    }

    private Result put(Step.Put step, int position, RowKey key, @Nullable Image current) throws RefusedException {
        if (current != null) {
            return next(current, step.expected(), step.rule(), position);
        }
        if (tombstones.containsKey(key)) {
            throw new RefusedException((asOf, base) -> new Outcome.Gone(position, asOf));
        }
        return create(key, step.body());
    }

    private Result save(Step.Save step, int position, RowKey key, @Nullable Image current) throws RefusedException {
        requireExpected(
                step.expected().test(current == null ? null : current.provisional(incarnation)), position, current);
        if (step.needed() != null && !readable.contains(version(step.needed()))) {
            if (!held.isPatient()) {
                throw notApplied("somebody else holds a lock on what the edit needs");
            }
            var violation = new Violation("", "names a version that is not there");
            throw new RefusedException((asOf, base) -> new Outcome.Refused(position, List.of(violation), asOf));
        }
        if (current == null) {
            return create(key, step.body());
        }
        return Arrays.equals(step.body(), current.body())
                ? unchanged(current)
                : replace(current, step.body(), List.of());
    }

    static VersionKey version(Step.Needed needed) {
        return new VersionKey(new RowKey(needed.collection().name(), needed.id()), needed.version());
    }

    private void requirePurgeable(Step.Purge step, int position, @Nullable Image found) throws RefusedException {
        var current = required(found, position);
        requireExpected(step.expected().test(current.provisional(incarnation)), position, current);
    }

    private Result purge(Step.Purge step, int position, @Nullable Image found) throws RefusedException {
        requirePurgeable(step, position, found);
        var current = required(found, position);
        return new Result(
                "delete", replace(current, new byte[] {'{', '}'}, List.of()).image(), List.of(), current);
    }

    /// Ends the parts before the whole. Those that others make meanwhile are noticed by `write_batch`.
    private void purgeParts(Waiting waiting, Step.Purge step, int position, List<Runnable> undo)
            throws RefusedException {
        if (step.parts() == null) {
            return;
        }
        if (!held.isPatient()) {
            throw notApplied("somebody else holds a lock on what the edit needs");
        }
        var parts = images.values().stream()
                .filter(image -> image.collection().equals(step.parts().name())
                        && step.id().equals(whole(image, step.parts())))
                .sorted(Comparator.comparing(Image::id))
                .toList();
        for (var part : parts) {
            var gone = replace(part, new byte[] {'{', '}'}, List.of()).image();
            var result = new Result("delete", gone, List.of(), part);
            writes.add(new Write(waiting, step, position, "delete", gone, List.of()));
            leave(new RowKey(part.collection(), part.id()), result, undo);
        }
    }

    /// What a document names in the member by which it belongs to it; empty for nothing.
    private static String whole(Image part, Collection parts) {
        return JSON.readTree(part.body()).path(parts.reference()).stringValue("");
    }

    private static Image required(@Nullable Image current, int position) throws RefusedException {
        if (current == null) {
            throw new RefusedException((asOf, base) -> new Outcome.NotFound(position, asOf));
        }
        return current;
    }

    private static void requireExpected(boolean expected, int position, @Nullable Image current)
            throws RefusedException {
        if (!expected) {
            throw new RefusedException((asOf, base) -> new Outcome.Conflict(
                    position, current == null ? null : current.committed(asOf.incarnation(), base), asOf));
        }
    }

    private long nextRevision() {
        return -(writes.size() + 1L);
    }
}
