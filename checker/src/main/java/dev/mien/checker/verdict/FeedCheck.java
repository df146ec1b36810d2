package dev.mien.checker.verdict;

import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Follower;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Token;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Judges what each [Follower] of the feed heard: every change after the first, once, in the order of the revisions,
/// and to the end, by which every acknowledged write has to be among them.
///
/// A follower that is told that it cannot go on begins anew, as another client. So what one client heard has no gap.
/// That the changes are those which were made is judged with the documents: each is a sighting of its version.
final class FeedCheck {
    private final List<Operation> operations;
    private final Findings findings;

    FeedCheck(List<Operation> operations, Findings findings) {
        this.operations = operations;
        this.findings = findings;
    }

    void run(@Nullable FinalState state) {
        Map<Integer, Operation> lasts = new HashMap<>();
        operations.stream()
                .filter(operation -> operation.kind().isChange())
                .sorted(Comparator.comparingLong(Operation::sequence))
                .forEach(change -> {
                    var before = lasts.put(change.client(), change);
                    if (before != null) {
                        follows(before, change);
                    }
                });
        if (state != null) {
            state.followers().forEach(follower -> reachesTheEnd(follower, lasts.get(follower.client())));
        }
    }

    private static String incarnation(Operation operation) {
        return Objects.requireNonNull(operation.token()).incarnation();
    }

    private void follows(Operation before, Operation change) {
        long expected = before.revision() + 1;
        if (!incarnation(before).equals(incarnation(change))) {
            findings.add(
                    ViolationKind.FEED_GAP,
                    change.key(),
                    "Client " + change.client() + " was led from one incarnation into another.",
                    before,
                    change);
        } else if (change.revision() != expected) {
            findings.add(
                    change.revision() < expected ? ViolationKind.FEED_REPEATS : ViolationKind.FEED_GAP,
                    change.key(),
                    "Client " + change.client() + " heard of revision " + change.revision() + " where " + expected
                            + " was next.",
                    before,
                    change);
        }
    }

    private void reachesTheEnd(Follower follower, @Nullable Operation last) {
        var end = follower.end();
        if (last != null
                && (last.revision() != end.revision() || !incarnation(last).equals(end.incarnation()))) {
            findings.add(
                    ViolationKind.FEED_GAP,
                    last.key(),
                    "Client " + follower.client() + " heard this last, and the feed ends with " + end + ".",
                    last);
        }
        operations.stream()
                .filter(operation -> operation.isAcknowledgedWrite() && isBehind(operation, end))
                .min(Comparator.comparingLong(Operation::revision))
                .ifPresent(write -> findings.add(
                        ViolationKind.FEED_GAP,
                        write.key(),
                        "Client " + follower.client() + " was told that the feed ends with " + end + ".",
                        write));
    }

    private static boolean isBehind(Operation write, Token end) {
        return write.token() != null
                && incarnation(write).equals(end.incarnation())
                && write.revision() > end.revision();
    }
}
