package dev.mien.checker.broken;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A freshness check that requests share, also those that arrive when it has begun. It vouches only for what was
/// acknowledged before it asked the database; where the worker then stands still before it answers, everybody who came
/// meanwhile is served a state that may be older than what they know.
final class SharedCheck extends Worker {
    private final AtomicReference<@Nullable CompletableFuture<Snapshot>> check = new AtomicReference<>();
    private final Runnable pause;

    /// @param pause what happens between the question to the database and the answers
    SharedCheck(Database database, Runnable pause) {
        super(database);
        this.pause = pause;
    }

    /// Only the first worker does this.
    static IntFunction<Worker> workers() {
        var database = new Database();
        var pause = new Pause(10, Duration.ofMillis(10));
        return number -> number == 1 ? new SharedCheck(database, pause) : new Worker(database);
    }

    @Override
    Snapshot snapshot() {
        var mine = new CompletableFuture<Snapshot>();
        var underWay = check.compareAndExchange(null, mine);
        if (underWay != null) {
            return underWay.join();
        }
        var now = database.now();
        pause.run();
        check.set(null);
        mine.complete(now);
        return now;
    }
}
