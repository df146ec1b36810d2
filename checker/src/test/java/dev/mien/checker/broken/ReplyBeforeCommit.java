package dev.mien.checker.broken;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import tools.jackson.databind.node.ObjectNode;

/// A group commit that answers its writers before it commits. Writers work on each other's uncommitted changes in the
/// one transaction, so no write is lost; readers see what was committed, which comes some milliseconds later.
final class ReplyBeforeCommit extends Worker {
    private final AtomicReference<Snapshot> committed;
    private final Executor later;

    /// @param committed what readers see, on every worker
    /// @param later runs the commits, in any order
    ReplyBeforeCommit(Database database, AtomicReference<Snapshot> committed, Executor later) {
        super(database);
        this.committed = committed;
        this.later = later;
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        var committed = new AtomicReference<>(database.now());
        var later = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);
        return number -> new ReplyBeforeCommit(database, committed, later);
    }

    @Override
    Snapshot snapshot() {
        return committed.get();
    }

    @Override
    RowAt create(String collection, ObjectNode members) {
        return answer(super.create(collection, members));
    }

    @Override
    RowAt commit(Edit edit) {
        return answer(super.commit(edit));
    }

    private RowAt answer(RowAt written) {
        var uncommitted = database.now();
        later.execute(() -> committed.accumulateAndGet(uncommitted, ReplyBeforeCommit::newer));
        return written;
    }

    private static Snapshot newer(Snapshot a, Snapshot b) {
        return a.asOf().revision() >= b.asOf().revision() ? a : b;
    }
}
