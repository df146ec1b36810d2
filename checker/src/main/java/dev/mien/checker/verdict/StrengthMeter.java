package dev.mien.checker.verdict;

import dev.mien.checker.history.Fault;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Sorted;
import dev.mien.checker.verdict.Strength.Settled;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Adds up the [Strength] of a run while its documents are checked one after the other.
final class StrengthMeter {
    private long reads;
    private long writes;
    private long overlappingReads;
    private long crossWorkerReads;
    private Settled settled = Settled.NONE;
    private long undecidedKeys;

    /// @param operations all of one document, without those at rest
    void add(List<Operation> operations) {
        var acknowledged = operations.stream()
                .filter(Operation::isAcknowledgedWrite)
                .sorted(Comparator.comparingLong(Operation::endNanos))
                .toList();
        var attempted = operations.stream()
                .filter(operation -> operation.isAcknowledgedWrite() || operation.isUnknownWrite())
                .toList();
        long[] starts =
                attempted.stream().mapToLong(Operation::invokedNanos).sorted().toArray();
        long[] ends =
                attempted.stream().mapToLong(Operation::completedNanos).sorted().toArray();
        writes += acknowledged.size();
        int before = 0;
        for (var read : answeredReads(operations)) {
            reads++;
            if (Sorted.countUpTo(starts, read.completedNanos()) > Sorted.countUpTo(ends, read.invokedNanos() - 1)) {
                overlappingReads++;
            }
            while (before < acknowledged.size() && acknowledged.get(before).precedes(read)) {
                before++;
            }
            if (before > 0 && acknowledged.get(before - 1).worker() != read.worker()) {
                crossWorkerReads++;
            }
        }
    }

    private static List<Operation> answeredReads(List<Operation> operations) {
        return operations.stream()
                .filter(operation -> !operation.kind().isWrite()
                        && !operation.kind().isOfThePast()
                        && operation.outcome().isAnswer())
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .toList();
    }

    void add(KeyCheck.Result result) {
        settled = settled.plus(result.settled());
        undecidedKeys += result.search() == KeyCheck.Search.GAVE_UP ? 1 : 0;
    }

    Strength strength(History history, int incarnations) {
        var faults = history.faults().stream()
                .collect(Collectors.groupingBy(Fault::kind, TreeMap::new, Collectors.counting()));
        return new Strength(
                history.operations().size(),
                reads,
                writes,
                overlappingReads,
                crossWorkerReads,
                settled,
                faults,
                longestSilence(history.operations()),
                incarnations,
                undecidedKeys);
    }

    private static Duration longestSilence(List<Operation> operations) {
        if (operations.isEmpty()) {
            return Duration.ZERO;
        }
        long last = operations.stream().mapToLong(Operation::invokedNanos).min().orElseThrow();
        long[] answers = operations.stream()
                .filter(Operation::isAnswered)
                .mapToLong(Operation::completedNanos)
                .toArray();
        Arrays.sort(answers);
        long longest = 0;
        for (long answer : answers) {
            longest = Math.max(longest, answer - last);
            last = answer;
        }
        long end = operations.stream()
                .mapToLong(operation -> operation.completedNanos() == Operation.NEVER
                        ? operation.invokedNanos()
                        : operation.completedNanos())
                .max()
                .orElseThrow();
        return Duration.ofNanos(Math.max(longest, end - last));
    }
}
