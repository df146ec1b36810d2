package dev.mien.checker.report;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Sorted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How fresh the reads were, and how hard they probed it.
///
/// @param staleness for each read that named a version, how long before its start somebody had already been answered
///     with a newer one; 0 is fresh
/// @param probes for each read after an acknowledged write of its document, how soon after the newest of them it began
record Freshness(Histogram staleness, Histogram probes) {
    static Freshness of(List<Operation> operations) {
        var freshness = new Freshness(new Histogram(), new Histogram());
        Map<Key, List<Operation>> byKey = new HashMap<>();
        for (var operation : operations) {
            if (operation.outcome().isAnswer() && !operation.kind().isOfThePast()) {
                byKey.computeIfAbsent(operation.key(), key -> new ArrayList<>()).add(operation);
            }
        }
        for (var answered : byKey.values()) {
            freshness.addStaleness(answered);
            freshness.addProbes(answered);
        }
        return freshness;
    }

    private void addStaleness(List<Operation> answered) {
        var sightings = answered.stream()
                .filter(Operation::isSighting)
                .sorted(Comparator.comparingLong(Operation::version))
                .toList();
        long[] versions = sightings.stream().mapToLong(Operation::version).toArray();
        long[] earliestEnds = earliestEndsFrom(sightings);
        for (var sighting : sightings) {
            if (!sighting.kind().isWrite()) {
                int newer = Sorted.countUpTo(versions, sighting.version());
                staleness.add(Math.max(0, sighting.invokedNanos() - earliestEnds[newer]));
            }
        }
    }

    /// At each place the earliest end from there upwards, and behind the last place [Operation#NEVER].
    private static long[] earliestEndsFrom(List<Operation> byVersion) {
        long[] ends = new long[byVersion.size() + 1];
        ends[byVersion.size()] = Operation.NEVER;
        for (int i = byVersion.size() - 1; i >= 0; i--) {
            ends[i] = Math.min(ends[i + 1], byVersion.get(i).endNanos());
        }
        return ends;
    }

    private void addProbes(List<Operation> answered) {
        long[] ends = answered.stream()
                .filter(Operation::isAcknowledgedWrite)
                .mapToLong(Operation::endNanos)
                .sorted()
                .toArray();
        for (var operation : answered) {
            if (!operation.kind().isWrite()) {
                int before = Sorted.countUpTo(ends, operation.invokedNanos() - 1);
                if (before > 0) {
                    probes.add(operation.invokedNanos() - ends[before - 1]);
                }
            }
        }
    }
}
