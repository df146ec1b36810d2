package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/// A cache that all workers share and that every write invalidates. A reader that missed loads the old row, is
/// overtaken by a write and its invalidation, and then puts the old row into the cache, where it stays until the next
/// write: the stale set of memcached (Nishtala et al., NSDI 2013, §3.2.1).
final class SlowRefill extends Worker {
    private final Map<Key, RowAt> cache;
    private final Runnable pause;

    /// @param pause what happens between loading a row and putting it into the cache
    SlowRefill(Database database, Map<Key, RowAt> cache, Runnable pause) {
        super(database);
        this.cache = cache;
        this.pause = pause;
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        var cache = new ConcurrentHashMap<Key, RowAt>();
        var pause = new Pause(4, Duration.ofMillis(5));
        return number -> new SlowRefill(database, cache, pause);
    }

    @Override
    RowAt get(Key key) {
        var cached = cache.get(key);
        if (cached != null) {
            return cached;
        }
        var found = super.get(key);
        pause.run();
        cache.put(key, found);
        return found;
    }

    @Override
    RowAt commit(Edit edit) {
        var committed = super.commit(edit);
        cache.remove(edit.key());
        return committed;
    }
}
