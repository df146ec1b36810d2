package dev.mien.checker.history;

/// Looks into numbers in ascending order, such as the times at which operations ended.
public final class Sorted {
    private Sorted() {}

    /// How many are at most as large as the limit.
    public static int countUpTo(long[] sorted, long limit) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
