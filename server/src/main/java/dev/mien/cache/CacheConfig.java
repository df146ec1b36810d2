package dev.mien.cache;

import dev.mien.config.Setting;
import java.time.Duration;

/// What one worker keeps in memory.
///
/// @param enabled whether documents are kept at all; reads are equally fresh without
/// @param maximumBytes the most that the documents may take, with what it costs to keep them
/// @param maximumEntries the most documents
/// @param checkTimeout longest time that a freshness check may take before all who wait for it are answered with 503
/// @param readsBeforeKeeping see [SnapshotStore]; 0 to keep at once
public record CacheConfig(
        @Setting(value = "keep documents in memory, proved fresh before each answer", byDefault = "true")
        boolean enabled,

        @Setting(value = "most memory in bytes for the documents of one worker", byDefault = "16777216")
        long maximumBytes,

        @Setting(value = "most documents in the memory of one worker", byDefault = "30000")
        int maximumEntries,

        @Setting(
                value =
                        "longest time a freshness check of PostgreSQL may take; who waits for it gets 503, and the cache is emptied",
                byDefault = "2s")
        Duration checkTimeout,

        @Setting(
                value =
                        "on SQLite, how many reads between two commits go to the database before what they find is kept",
                byDefault = "500")
        int readsBeforeKeeping) {
    public CacheConfig {
        if (maximumBytes < 1 || maximumEntries < 1 || !checkTimeout.isPositive()) {
            throw new IllegalArgumentException("cache.* settings must be positive");
        }
        if (readsBeforeKeeping < 0) {
            throw new IllegalArgumentException("--cache-reads-before-keeping must not be negative");
        }
        if (checkTimeout.toDays() > 0) {
            throw new IllegalArgumentException("--cache-check-timeout must be under a day");
        }
        if (maximumBytes / maximumEntries >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException("--cache-maximum-bytes must be under 2 GiB for each of the entries");
        }
    }
}
