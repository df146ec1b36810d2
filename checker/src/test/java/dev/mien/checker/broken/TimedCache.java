package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/// A cache in each worker whose entries are good for a minute, whatever happens meanwhile: what most services put in
/// front of a slow database.
final class TimedCache extends Worker {
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(60);

    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    TimedCache(Database database, LongSupplier nanoTime) {
        super(database);
        this.nanoTime = nanoTime;
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new TimedCache(database, System::nanoTime);
    }

    private record Entry(RowAt found, long loadedNanos) {}

    @Override
    RowAt get(Key key) {
        long now = nanoTime.getAsLong();
        return entries.compute(
                        key,
                        (k, entry) -> entry != null && now - entry.loadedNanos < TIME_TO_LIVE.toNanos()
                                ? entry
                                : new Entry(super.get(key), now))
                .found;
    }
}
