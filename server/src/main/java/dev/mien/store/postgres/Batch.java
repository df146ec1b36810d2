package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.store.CommitQueue.Waiting;
import dev.mien.store.Edit;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Written;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs edits one after another on rows that are locked, in memory: each sees what those before it are going to leave.
/// What comes of it is a list of writes, in order, and the answer of each edit once they are committed.
final class Batch {
    /// A transaction ends where its statement has become so large.
    private static final int MAXIMUM_BYTES = 8 * 1024 * 1024;

    /// The row of a document.
    record RowKey(String collection, String id) {}

    /// One change of one row.
    ///
    /// @param step the position in its edit
    record Write(Waiting waiting, Step step, int position, Image image) {
        boolean isCreate() {
            return step instanceof Step.Create;
        }
    }

    /// What an edit is told once the transaction has ended well.
    ///
    /// `base` is the revision before the transaction's first.
    interface Answer {
        Outcome of(RevisionToken asOf, long base);
    }

    private final String incarnation;
    private final String now;
    private final Map<RowKey, Image> images;
    private final Set<RowKey> locked;
    private final List<Write> writes = new ArrayList<>();
    private final Map<Waiting, Answer> answers = new LinkedHashMap<>();
    private long bytes;

    /// @param images the rows that are there, locked for this transaction
    /// @param locked rows that somebody else does not let go
    Batch(String incarnation, String now, Map<RowKey, Image> images, Set<RowKey> locked) {
        this.incarnation = incarnation;
        this.now = now;
        this.images = new HashMap<>(images);
        this.locked = locked;
    }

    List<Write> writes() {
        return writes;
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

    /// @param known the answer of an edit that is not to be run; null to run it
    void run(Waiting waiting, @Nullable Answer known) {
        if (known != null) {
            answers.put(waiting, known);
            return;
        }
        int before = writes.size();
        var undo = new ArrayList<Runnable>();
        try {
            answers.put(waiting, steps(waiting, undo));
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

    private Answer steps(Waiting waiting, List<Runnable> undo) throws RefusedException {
        Edit edit = waiting.edit();
        var results = new ArrayList<Result>(edit.steps().size());
        for (int i = 0; i < edit.steps().size(); i++) {
            var step = edit.steps().get(i);
            var key = new RowKey(step.collection().name(), step.id());
            if (locked.contains(key)) {
                throw new RefusedException(
                        (asOf, base) -> new Outcome.NotApplied("somebody else holds a lock on the document"));
            }
            var result = switch (step) {
                case Step.Create create -> new Result(create(create), true);
                case Step.Change change -> change(change, i, images.get(key));
                case Step.Save save -> throw new UnsupportedOperationException();
                case Step.Purge purge -> throw new UnsupportedOperationException();
            };
            results.add(result);
            if (result.changed()) {
                var previous = images.put(key, result.image());
                undo.add(() -> images.compute(key, (same, written) -> previous));
                writes.add(new Write(waiting, step, i, result.image()));
                bytes += result.image().body().length;
            }
        }
        return (asOf, base) -> new Outcome.Committed(
                results.stream()
                        .map(result ->
                                new Written(result.image().committed(asOf.incarnation(), base), result.changed()))
                        .toList(),
                asOf,
                false);
    }

    private record Result(Image image, boolean changed) {}

    private Image create(Step.Create step) {
        return new Image(step.id(), 1, nextRevision(), now, now, step.body());
    }

    private Result change(Step.Change step, int position, @Nullable Image current) throws RefusedException {
        if (current == null) {
            throw new RefusedException((asOf, base) -> new Outcome.NotFound(position, asOf));
        }
        var document = current.provisional(incarnation);
        if (!step.expected().test(document)) {
            throw new RefusedException(
                    (asOf, base) -> new Outcome.Conflict(position, current.committed(asOf.incarnation(), base), asOf));
        }
        return switch (step.rule().decide(document)) {
            case Rule.Keep keep -> new Result(current, false);
            case Rule.Refuse refuse ->
                throw new RefusedException((asOf, base) -> new Outcome.Refused(position, refuse.violations(), asOf));
            case Rule.Replace replace ->
                new Result(
                        new Image(
                                step.id(),
                                current.version() + 1,
                                nextRevision(),
                                current.createdAt(),
                                now,
                                replace.body()),
                        true);
        };
    }

    private long nextRevision() {
        return -(writes.size() + 1L);
    }
}
