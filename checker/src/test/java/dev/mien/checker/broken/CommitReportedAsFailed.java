package dev.mien.checker.broken;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/// A commit that ended in an error, taken for one that was rolled back: the connection broke, or the disk refused to
/// sync, after the change was complete in the log. The client is promised that nothing happened.
final class CommitReportedAsFailed extends Worker {
    /// Of how many edits one is reported like that.
    static final int EVERY = 10;

    private final AtomicLong edits = new AtomicLong();

    CommitReportedAsFailed(Database database) {
        super(database);
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new CommitReportedAsFailed(database);
    }

    @Override
    RowAt commit(Edit edit) {
        var committed = super.commit(edit);
        if (edits.incrementAndGet() % EVERY == 0) {
            var problem = Problem.of(ProblemType.STORE_UNAVAILABLE, "The commit failed.");
            throw new Refusal(problem.withOutcome("not-applied"), null);
        }
        return committed;
    }
}
