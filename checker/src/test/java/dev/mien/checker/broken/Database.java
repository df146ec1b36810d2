package dev.mien.checker.broken;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.checker.history.Key;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// The database that all workers share: linearizable, in memory.
///
/// Writes exclude each other and replace the snapshot as their last step; a read takes the snapshot once and answers
/// everything from it. So each write takes effect at one moment, before it returns, and a read sees all of it or
/// nothing.
class Database {
    private volatile Snapshot now = Snapshot.empty(UUID.randomUUID().toString().substring(0, 8));
    private long lastId;

    final Snapshot now() {
        return now;
    }

    final synchronized RowAt create(String collection, ObjectNode members) {
        var key = new Key(collection, "%012d".formatted(lastId + 1));
        var row = Row.of(key, 1, nextRevision(now.asOf().revision()), members);
        refuseTakenUsername(row);
        lastId++;
        return put(row);
    }

    /// Makes the next version, or none if the edit changes nothing.
    ///
    /// @throws Refusal if there is no such document, or its version is not what the edit asks for
    final synchronized RowAt commit(Edit edit) {
        var current = now.rows().get(edit.key());
        if (current == null) {
            throw Refusal.notFound(edit.key().collection(), now.asOf());
        }
        if (!edit.condition().test(current)) {
            var conflict = Problem.of(ProblemType.VERSION_CONFLICT, "It is at version " + current.version() + ".");
            throw new Refusal(conflict.withCurrentVersion(current.version()), now.asOf());
        }
        var members = edit.change().apply(current.document());
        if (Row.of(current.key(), current.version(), current.revision(), members)
                .equals(current)) {
            return now.at(current);
        }
        var next = Row.of(
                current.key(), current.version() + 1, nextRevision(now.asOf().revision()), members);
        refuseTakenUsername(next);
        return put(next);
    }

    /// The number of the change after `head`.
    long nextRevision(long head) {
        return head + 1;
    }

    private RowAt put(Row row) {
        now = now.with(row);
        return now.at(row);
    }

    private void refuseTakenUsername(Row row) {
        if (!row.key().collection().equals("users")) {
            return;
        }
        var holder =
                now.getByUsername(row.document().path("username").asString("")).row();
        if (holder != null && !Objects.equals(holder.key(), row.key())) {
            throw new Refusal(Problem.of(ProblemType.ALREADY_TAKEN, "The username is taken."), now.asOf());
        }
    }
}
