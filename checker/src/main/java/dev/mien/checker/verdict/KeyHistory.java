package dev.mien.checker.verdict;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The operations of one document, in the order in which they are judged.
///
/// A *sighting* is an operation whose answer names a version: a read of it, the write that made it, a refusal that
/// names it. All sightings of one version are a *cluster*. Clusters are numbered upwards from 0, without those versions
/// that nobody sighted.
final class KeyHistory {
    private static final Comparator<Operation> BY_START = Comparator.comparingLong(Operation::invokedNanos);

    private final Key key;
    private final List<Operation> all;
    private final Operation[] sightings;
    private final Operation[] unknownWrites;
    private final Operation[] absences;
    private final int[] clusterStarts;
    private final Operation[] earliestEnds;
    private final @Nullable Operation[] writers;
    private final long last;

    /// @param lastLogged the document's last version in the change log, 0 when that is not known
    KeyHistory(Key key, List<Operation> operations, long lastLogged) {
        this.key = key;
        this.all = operations;
        var bySighting = Comparator.comparingLong(Operation::version).thenComparing(BY_START);
        this.sightings = operations.stream()
                .filter(Operation::isSighting)
                .sorted(bySighting)
                .toArray(Operation[]::new);
        this.unknownWrites = operations.stream()
                .filter(Operation::isUnknownWrite)
                .sorted(BY_START)
                .toArray(Operation[]::new);
        this.absences = operations.stream()
                .filter(operation -> operation.outcome() == Outcome.ABSENT
                        && operation.version() == 0
                        && !operation.kind().isOfThePast())
                .sorted(BY_START)
                .toArray(Operation[]::new);
        this.clusterStarts = clusterStarts(sightings);
        this.earliestEnds = earliestEnds();
        this.writers = writers();
        this.last = Math.max(lastLogged, sightings.length == 0 ? 0 : sightings[sightings.length - 1].version());
    }

    private static int[] clusterStarts(Operation[] sightings) {
        var starts = new int[sightings.length + 1];
        int count = 0;
        for (int i = 0; i < sightings.length; i++) {
            if (i == 0 || sightings[i].version() != sightings[i - 1].version()) {
                starts[count++] = i;
            }
        }
        starts[count++] = sightings.length;
        return Arrays.copyOf(starts, count);
    }

    private Operation[] earliestEnds() {
        var earliest = new Operation[clusters()];
        for (int cluster = clusters() - 1; cluster >= 0; cluster--) {
            var first = cluster + 1 < clusters() ? earliest[cluster + 1] : sightings[clusterStarts[cluster]];
            for (int i = clusterStarts[cluster]; i < clusterStarts[cluster + 1]; i++) {
                first = sightings[i].endNanos() < first.endNanos() ? sightings[i] : first;
            }
            earliest[cluster] = first;
        }
        return earliest;
    }

    private @Nullable Operation[] writers() {
        var certain = new @Nullable Operation[clusters()];
        for (int cluster = 0; cluster < clusters(); cluster++) {
            var claims = claims(cluster);
            if (!claims.isEmpty()) {
                certain[cluster] = claims.getFirst();
            } else if (unknownWrites.length == 0) {
                certain[cluster] = deletion(cluster);
            }
        }
        return certain;
    }

    Key key() {
        return key;
    }

    List<Operation> all() {
        return all;
    }

    /// The highest version that an answer or the change log names, 0 when there is none.
    long last() {
        return last;
    }

    /// Writes that may have happened, ordered by invocation.
    Operation[] unknownWrites() {
        return unknownWrites;
    }

    /// Answers that there is no such document and that name no version, ordered by invocation.
    Operation[] absences() {
        return absences;
    }

    int clusters() {
        return clusterStarts.length - 1;
    }

    long version(int cluster) {
        return sightings[clusterStarts[cluster]].version();
    }

    /// The sightings of one version, ordered by invocation.
    List<Operation> cluster(int cluster) {
        return Arrays.asList(sightings).subList(clusterStarts[cluster], clusterStarts[cluster + 1]);
    }

    /// The operation that ended first of all that saw the version of this cluster or a higher one.
    Operation earliestEnd(int cluster) {
        return earliestEnds[cluster];
    }

    /// The cluster of this version, or -1 when nobody sighted it.
    int clusterOf(long version) {
        int cluster = firstClusterFrom(version);
        return cluster < clusters() && version(cluster) == version ? cluster : -1;
    }

    /// The moment before which the writes of this version and of all lower ones must have begun.
    long earliestEndFrom(long version) {
        int cluster = firstClusterFrom(version);
        return cluster == clusters() ? Operation.NEVER : earliestEnds[cluster].endNanos();
    }

    private int firstClusterFrom(long version) {
        int low = 0;
        int high = clusters();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (version(middle) < version) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The highest version that must have been there before this moment, 0 when there is none.
    long versionReachedBefore(long nanos) {
        int low = 0;
        int high = clusters();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (earliestEnds[middle].endNanos() < nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : version(low - 1);
    }

    /// The acknowledged writes other than deletes that claim to have made this version; more than one is a violation.
    List<Operation> claims(int cluster) {
        var claims = new ArrayList<Operation>(1);
        for (var operation : cluster(cluster)) {
            if (operation.isAcknowledgedWrite() && operation.kind() != Kind.DELETE) {
                claims.add(operation);
            }
        }
        return claims;
    }

    /// The delete of this version that began first. Any others, and this one too where another write made the version,
    /// found the document deleted already and answered with the version they found, so they are reads of it.
    @Nullable Operation deletion(int cluster) {
        for (var operation : cluster(cluster)) {
            if (operation.isAcknowledgedWrite() && operation.kind() == Kind.DELETE) {
                return operation;
            }
        }
        return null;
    }

    /// The write that certainly made this version. Null when that is open: nobody acknowledged it, or only a delete did
    /// while an unknown write may have deleted the document before it.
    @Nullable Operation writer(int cluster) {
        return writers[cluster];
    }
}
