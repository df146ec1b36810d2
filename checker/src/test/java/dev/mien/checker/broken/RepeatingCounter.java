package dev.mien.checker.broken;

import java.util.function.IntFunction;

/// A change counter that is kept apart from the documents and saved less often. After a restart it goes on from where
/// it was last saved, and gives out numbers a second time. Documents and versions are right.
final class RepeatingCounter extends Database {
    /// How many changes there are between two restarts.
    static final int RESTART_EVERY = 50;

    /// How many changes the counter has forgotten after a restart.
    static final int FORGOTTEN = 5;

    private int changes;

    static IntFunction<Worker> workers() {
        var database = new RepeatingCounter();
        return number -> new Worker(database);
    }

    @Override
    long nextRevision(long head) {
        changes++;
        return changes % RESTART_EVERY == 0 ? head - FORGOTTEN + 1 : head + 1;
    }
}
