package dev.mien.checker.report;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gathers numbers whose percentiles will be asked for. Millions of them are kept, so they are no objects.
final class Samples {
    private long[] values = new long[16];
    private int size;

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    int size() {
        return size;
    }

    /// Null when there are no samples.
    @Nullable Percentiles percentiles() {
        if (size == 0) {
            return null;
        }
        var sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);
        return new Percentiles(
                size,
                nearestRank(sorted, 500),
                nearestRank(sorted, 900),
                nearestRank(sorted, 990),
                nearestRank(sorted, 999),
                sorted[size - 1]);
    }

    /// The smallest sample that at least so many of a thousand do not exceed.
    private static long nearestRank(long[] sorted, long ofThousand) {
        long rank = (sorted.length * ofThousand + 999) / 1000;
        return sorted[(int) rank - 1];
    }
}
