package dev.mien.checker.report;

import dev.mien.checker.history.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The run cut into slices of equal length, each with what ended in it.
///
/// @param sliceNanos how long a slice is
record TimeSlices(long sliceNanos, List<Slice> slices) {
    private static final int MAXIMUM_SLICES = 400;
    private static final int SLICES_OF_A_SMALL_RUN = 60;
    private static final int OPERATIONS_A_SLICE = 20;
    private static final long MINIMUM_NANOS = 10_000_000;

    /// What ended in one slice.
    ///
    /// @param fromNanos its begin, from the begin of the run
    /// @param reads answered
    /// @param writes answered, with those that were refused
    /// @param failed answered as not applied
    /// @param unknown not answered, or by nothing that promises anything
    /// @param readLatency of the answered reads, null when there are none
    /// @param writeLatency of the answered writes, null when there are none
    record Slice(
            long fromNanos,
            long reads,
            long writes,
            long failed,
            long unknown,
            @Nullable Percentiles readLatency,
            @Nullable Percentiles writeLatency) {}

    /// @param beginNanos when the run began, on the clock of the operations
    static TimeSlices of(List<Operation> operations, long beginNanos, long durationNanos) {
        int most = Math.clamp(operations.size() / OPERATIONS_A_SLICE, SLICES_OF_A_SMALL_RUN, MAXIMUM_SLICES);
        int count = Math.clamp(durationNanos / MINIMUM_NANOS, 1, most);
        long sliceNanos = durationNanos / count + 1;
        var counters = new ArrayList<Counter>(count);
        for (int i = 0; i < count; i++) {
            counters.add(new Counter());
        }
        for (var operation : operations) {
            counters.get((int) ((Figures.lastSeen(operation) - beginNanos) / sliceNanos))
                    .add(operation);
        }
        var slices = new ArrayList<Slice>(count);
        for (int i = 0; i < count; i++) {
            slices.add(counters.get(i).slice(i * sliceNanos));
        }
        return new TimeSlices(sliceNanos, slices);
    }

    private static final class Counter {
        private final Samples reads = new Samples();
        private final Samples writes = new Samples();
        private long failed;
        private long unknown;

        void add(Operation operation) {
            switch (operation.outcome()) {
                case OK, ABSENT, REFUSED -> {
                    if (operation.isAnswered()) {
                        var latencies = operation.kind().isWrite() ? writes : reads;
                        latencies.add(operation.completedNanos() - operation.invokedNanos());
                    }
                }
                case FAILED -> failed++;
                case UNKNOWN -> unknown++;
            }
        }

        Slice slice(long fromNanos) {
            return new Slice(
                    fromNanos, reads.size(), writes.size(), failed, unknown, reads.percentiles(), writes.percentiles());
        }
    }
}
