package dev.mien.checker.report;

import dev.mien.checker.history.History;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a history measures, besides its verdict.
///
/// @param beginNanos when the first request was sent, on the clock of the operations
/// @param durationNanos from there to the last thing that any client saw
/// @param kinds in the order of [Kind], those that were asked for
/// @param readLatency of all answered reads, null when there are none
/// @param writeLatency of all answered writes, null when there are none
record Figures(
        long beginNanos,
        long durationNanos,
        List<OfKind> kinds,
        @Nullable Percentiles readLatency,
        @Nullable Percentiles writeLatency,
        TimeSlices slices,
        Freshness freshness) {
    /// The requests of one kind.
    ///
    /// @param outcomes how many there were of each
    /// @param latency of those that were answered, null when none was
    record OfKind(
            Kind kind,
            Map<Outcome, Long> outcomes,
            @Nullable Percentiles latency) {
        long count(Outcome outcome) {
            return outcomes.getOrDefault(outcome, 0L);
        }

        long total() {
            return outcomes.values().stream().mapToLong(Long::longValue).sum();
        }

        long answers() {
            return latency == null ? 0 : latency.count();
        }
    }

    static Figures of(History history) {
        var operations = history.operations();
        long begin =
                operations.stream().mapToLong(Operation::invokedNanos).min().orElse(0);
        long end = operations.stream().mapToLong(Figures::lastSeen).max().orElse(begin);
        return new Figures(
                begin,
                end - begin,
                kinds(operations),
                latency(operations, false),
                latency(operations, true),
                TimeSlices.of(operations, begin, end - begin),
                Freshness.of(operations));
    }

    private static List<OfKind> kinds(List<Operation> operations) {
        var latencies = new EnumMap<Kind, Samples>(Kind.class);
        var outcomes = new EnumMap<Kind, Map<Outcome, Long>>(Kind.class);
        for (var operation : operations) {
            outcomes.computeIfAbsent(operation.kind(), kind -> new EnumMap<>(Outcome.class))
                    .merge(operation.outcome(), 1L, Long::sum);
            if (operation.isAnswered()) {
                latencies
                        .computeIfAbsent(operation.kind(), kind -> new Samples())
                        .add(operation.completedNanos() - operation.invokedNanos());
            }
        }
        var kinds = new ArrayList<OfKind>();
        outcomes.forEach((kind, counts) -> {
            var samples = latencies.get(kind);
            kinds.add(new OfKind(kind, counts, samples == null ? null : samples.percentiles()));
        });
        return kinds;
    }

    private static @Nullable Percentiles latency(List<Operation> operations, boolean ofWrites) {
        var samples = new Samples();
        for (var operation : operations) {
            if (operation.isAnswered() && operation.kind().isWrite() == ofWrites) {
                samples.add(operation.completedNanos() - operation.invokedNanos());
            }
        }
        return samples.percentiles();
    }

    /// When the client last had to do with it.
    static long lastSeen(Operation operation) {
        return operation.completedNanos() == Operation.NEVER ? operation.invokedNanos() : operation.completedNanos();
    }

    long answersPerSecond() {
        long answers = kinds.stream().mapToLong(OfKind::answers).sum();
        return durationNanos == 0 ? 0 : Math.round(answers * 1e9 / durationNanos);
    }

    /// A moment of the clock of the operations, in seconds from the begin of the run.
    double seconds(long nanos) {
        return (nanos - beginNanos) / 1e9;
    }
}
