package dev.mien.checker.verdict;

import dev.mien.checker.history.Operation;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Finds a place for each answer "there is no such document" that names no version: version 0, before the document was
/// made, or a version in which it is deleted.
///
/// An answer belongs no lower than a version that was seen before it began. It gets the lowest such place. Then of two
/// answers the one that began later never has the lower place, so they keep real time among themselves. If the lowest
/// place is too high (an operation of a lower version, or the write of this one, began after the answer ended), a
/// higher one is too high as well, and there is none.
final class Absences {
    private final KeyHistory history;
    private final long[] latestStarts;

    Absences(KeyHistory history) {
        this.history = history;
        this.latestStarts = latestStarts();
    }

    private long[] latestStarts() {
        var latest = new long[Math.toIntExact(history.last()) + 1];
        Arrays.fill(latest, Long.MIN_VALUE);
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            int version = Math.toIntExact(history.version(cluster));
            for (var sighting : history.cluster(cluster)) {
                if (!sighting.kind().isOfThePast()) {
                    latest[version] = sighting.invokedNanos(); // They stand by invocation.
                }
            }
        }
        for (int version = 1; version < latest.length; version++) {
            latest[version] = Math.max(latest[version], latest[version - 1]);
        }
        return latest;
    }

    /// The first answer that has no place, null when all have one.
    ///
    /// @param deleted the versions in which there is no document, 0 among them
    /// @param latestWriterStarts the latest start of all writers up to each version
    /// @param deletionBeyond when the earliest unknown write began that can delete the last version, unseen by anybody
    ///     else; [Operation#NEVER] when there is none
    @Nullable Operation firstWithoutPlace(BitSet deleted, long[] latestWriterStarts, long deletionBeyond) {
        int beyond = latestStarts.length;
        for (var absence : history.absences()) {
            int place = deleted.nextSetBit((int) history.versionReachedBefore(absence.invokedNanos()));
            if (place < 0) {
                place = beyond;
            }
            if (place > 0) {
                long writers = place == beyond
                        ? Math.max(latestWriterStarts[place - 1], deletionBeyond)
                        : latestWriterStarts[place];
                if (Math.max(writers, latestStarts[place - 1]) > absence.endNanos()) {
                    return absence;
                }
            }
        }
        return null;
    }
}
