package dev.mien.checker.verdict;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The violations as they are found. All are counted; of each kind a few are kept, because a server that is wrong once
/// tends to be wrong ten thousand times, and nobody reads the ten-thousandth.
final class Findings {
    private static final int KEPT_OF_A_KIND = 10;

    private final Map<ViolationKind, Long> counts = new EnumMap<>(ViolationKind.class);
    private final Map<ViolationKind, List<Violation>> kept = new EnumMap<>(ViolationKind.class);
    private long total;

    /// @param operations may contain nulls (a witness nobody has) and repetitions
    void add(ViolationKind kind, @Nullable Key key, String detail, @Nullable Operation... operations) {
        total++;
        counts.merge(kind, 1L, Long::sum);
        var same = kept.computeIfAbsent(kind, k -> new ArrayList<>());
        if (same.size() < KEPT_OF_A_KIND) {
            var witnesses = new ArrayList<Operation>();
            for (var operation : operations) {
                if (operation != null && witnesses.stream().noneMatch(other -> Objects.equals(other, operation))) {
                    witnesses.add(operation);
                }
            }
            same.add(new Violation(kind, key, detail, witnesses));
        }
    }

    long total() {
        return total;
    }

    Map<ViolationKind, Long> counts() {
        return Collections.unmodifiableMap(new EnumMap<>(counts));
    }

    List<Violation> kept() {
        return kept.values().stream().flatMap(List::stream).toList();
    }
}
