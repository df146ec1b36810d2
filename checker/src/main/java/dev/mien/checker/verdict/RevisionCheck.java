package dev.mien.checker.verdict;

import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// Compares the tokens and revisions of all documents, within each incarnation, and the incarnations themselves: one
/// takes the place of another and is not left for it again.
///
/// A token says that the answer reflects the store up to its revision. So when *a* precedes *b*, *b*'s token is not
/// older than *a*'s, whichever documents and workers they went to. One sweep by time finds every operation that breaks
/// this: among the operations that ended so far, only the one with the newest token counts.
final class RevisionCheck {
    private final List<Operation> answered;
    private final Findings findings;

    RevisionCheck(List<Operation> operations, Findings findings) {
        this.answered = operations.stream()
                .filter(operation -> operation.isAnswered() && operation.token() != null)
                .toList();
        this.findings = findings;
    }

    void run() {
        historiesNeverComeBack();
        tokensNeverGoBack();
        tokensCoverTheirAnswer();
        revisionsAreGivenOnce();
    }

    int incarnations() {
        Set<String> incarnations = new HashSet<>();
        for (var operation : answered) {
            incarnations.add(token(operation).incarnation());
        }
        return incarnations.size();
    }

    private static Token token(Operation operation) {
        return Objects.requireNonNull(operation.token());
    }

    /// One incarnation comes before another if an answer of the one ended before a request for the other began. Two
    /// that come before each other cannot have followed each other. A longer circle has two such in it: of its
    /// incarnations, the one with the earliest end comes before the one that comes before it.
    private void historiesNeverComeBack() {
        var firstEnd = new TreeMap<String, Operation>();
        var lastStart = new TreeMap<String, Operation>();
        for (var operation : answered) {
            String incarnation = token(operation).incarnation();
            firstEnd.merge(incarnation, operation, (a, b) -> a.endNanos() <= b.endNanos() ? a : b);
            lastStart.merge(incarnation, operation, (a, b) -> a.invokedNanos() >= b.invokedNanos() ? a : b);
        }
        firstEnd.forEach((incarnation, ended) -> firstEnd.tailMap(incarnation, false)
                .forEach((other, otherEnded) -> {
                    var began = Objects.requireNonNull(lastStart.get(incarnation));
                    var otherBegan = Objects.requireNonNull(lastStart.get(other));
                    if (ended.precedes(otherBegan) && otherEnded.precedes(began)) {
                        boolean isFirst = ended.endNanos() <= otherEnded.endNanos();
                        var later = isFirst ? began : otherBegan;
                        findings.add(
                                ViolationKind.HISTORY_CAME_BACK,
                                later.key(),
                                "The histories " + incarnation + " and " + other + " answered by turns.",
                                isFirst ? otherEnded : ended,
                                later);
                    }
                }));
    }

    private void tokensNeverGoBack() {
        var byEnd = sorted(answered, Comparator.comparingLong(Operation::endNanos));
        var newest = new HashMap<String, Operation>();
        int ended = 0;
        for (var operation : sorted(answered, Comparator.comparingLong(Operation::invokedNanos))) {
            while (byEnd.get(ended).precedes(operation)) {
                var before = byEnd.get(ended++);
                newest.merge(
                        token(before).incarnation(),
                        before,
                        (a, b) -> token(a).revision() >= token(b).revision() ? a : b);
            }
            var before = newest.get(token(operation).incarnation());
            if (before != null && token(before).revision() > token(operation).revision()) {
                findings.add(
                        ViolationKind.TOKEN_WENT_BACK,
                        operation.key(),
                        "Revision " + token(operation).revision() + " came after revision "
                                + token(before).revision() + " had been answered (for " + before.key() + ").",
                        before,
                        operation);
            }
        }
    }

    private void tokensCoverTheirAnswer() {
        for (var operation : answered) {
            if (operation.revision() > token(operation).revision()) {
                findings.add(
                        ViolationKind.TOKEN_TOO_OLD,
                        operation.key(),
                        "It shows a change of revision " + operation.revision() + ".",
                        operation);
            }
        }
    }

    /// A delete that found the document deleted names the revision of the version it found.
    private void revisionsAreGivenOnce() {
        Map<String, List<Operation>> writes = new HashMap<>();
        for (var operation : answered) {
            if (operation.isAcknowledgedWrite() && operation.revision() > 0) {
                writes.computeIfAbsent(token(operation).incarnation(), i -> new ArrayList<>())
                        .add(operation);
            }
        }
        for (var ofOneIncarnation : writes.values()) {
            Operation before = null;
            for (var write : sorted(ofOneIncarnation, Comparator.comparingLong(Operation::revision))) {
                if (before != null
                        && before.revision() == write.revision()
                        && !(before.key().equals(write.key()) && before.version() == write.version())) {
                    findings.add(
                            ViolationKind.REVISION_TWICE,
                            write.key(),
                            "Revision " + write.revision() + " was given to " + before.key() + " version "
                                    + before.version() + " and to " + write.key() + " version " + write.version() + ".",
                            before,
                            write);
                }
                before = write;
            }
        }
    }

    private static List<Operation> sorted(List<Operation> operations, Comparator<Operation> order) {
        var sorted = new ArrayList<>(operations);
        sorted.sort(order);
        return sorted;
    }
}
