package dev.mien.checker.report;

import java.util.ArrayList;
import java.util.List;

/// Counts durations in buckets that each reach about three times as far as the one before: 0, below 1 µs, below 3 µs,
/// below 10 µs … from 100 s on.
final class Histogram {
    /// @param fromNanos the smallest duration that is counted here
    /// @param toNanos the smallest that no longer is
    record Bucket(long fromNanos, long toNanos, long count) {}

    private static final long SECOND = 1_000_000_000;
    private static final long[] LIMITS = {
        0,
        1,
        1_000,
        3_000,
        10_000,
        30_000,
        100_000,
        300_000,
        1_000_000,
        3_000_000,
        10_000_000,
        30_000_000,
        100_000_000,
        300_000_000,
        SECOND,
        3 * SECOND,
        10 * SECOND,
        30 * SECOND,
        100 * SECOND,
        Long.MAX_VALUE
    };

    private final long[] counts = new long[LIMITS.length - 1];
    private long total;
    private long maximum;

    void add(long nanos) {
        int bucket = 0;
        while (bucket < counts.length - 1 && nanos >= LIMITS[bucket + 1]) {
            bucket++;
        }
        counts[bucket]++;
        total++;
        maximum = Math.max(maximum, nanos);
    }

    long total() {
        return total;
    }

    long zeros() {
        return counts[0];
    }

    /// The longest duration, 0 when there is none.
    long maximum() {
        return maximum;
    }

    /// How many were shorter than this, which must be a limit of a bucket.
    long below(long limitNanos) {
        long below = 0;
        for (int i = 0; i < counts.length && LIMITS[i] < limitNanos; i++) {
            below += counts[i];
        }
        return below;
    }

    /// The zeros, if there are any, and the buckets above them from the first that counted something to the last.
    List<Bucket> buckets() {
        int first = 1;
        int last = counts.length - 1;
        while (first <= last && counts[first] == 0) {
            first++;
        }
        while (last >= first && counts[last] == 0) {
            last--;
        }
        var buckets = new ArrayList<Bucket>();
        if (counts[0] > 0) {
            buckets.add(bucket(0));
        }
        for (int i = first; i <= last; i++) {
            buckets.add(bucket(i));
        }
        return buckets;
    }

    private Bucket bucket(int index) {
        return new Bucket(LIMITS[index], LIMITS[index + 1], counts[index]);
    }
}
