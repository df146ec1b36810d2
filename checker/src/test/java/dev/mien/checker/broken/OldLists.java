package dev.mien.checker.broken;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/// Lists come from a copy that is renewed now and then: a search index, a materialized view, a replica for the
/// expensive queries. Single documents come from the database.
final class OldLists extends Worker {
    static final Duration RENEWED_EVERY = Duration.ofMillis(200);

    private final LongSupplier nanoTime;
    private Snapshot copy;
    private long copiedNanos;

    OldLists(Database database, LongSupplier nanoTime) {
        super(database);
        this.nanoTime = nanoTime;
        this.copy = database.now();
        this.copiedNanos = nanoTime.getAsLong();
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new OldLists(database, System::nanoTime);
    }

    @Override
    synchronized Snapshot snapshotForList() {
        long now = nanoTime.getAsLong();
        if (now - copiedNanos >= RENEWED_EVERY.toNanos()) {
            copy = database.now();
            copiedNanos = now;
        }
        return copy;
    }
}
