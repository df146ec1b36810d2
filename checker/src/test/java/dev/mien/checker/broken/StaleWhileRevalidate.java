package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;

/// A cache in each worker that answers with the copy it has and fetches a new one afterwards, for the next read
/// (RFC 5861 §3).
final class StaleWhileRevalidate extends Worker {
    private final Map<Key, RowAt> copies = new ConcurrentHashMap<>();
    private final Executor background;

    StaleWhileRevalidate(Database database, Executor background) {
        super(database);
        this.background = background;
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new StaleWhileRevalidate(database, Thread::startVirtualThread);
    }

    @Override
    RowAt get(Key key) {
        var copy = copies.get(key);
        if (copy == null) {
            return refresh(key);
        }
        background.execute(() -> refresh(key));
        return copy;
    }

    private RowAt refresh(Key key) {
        return copies.compute(key, (k, old) -> super.get(key));
    }
}
