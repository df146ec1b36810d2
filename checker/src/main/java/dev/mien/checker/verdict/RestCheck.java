package dev.mien.checker.verdict;

import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.history.ChangeLog.Change;
import dev.mien.checker.history.FinalDocument;
import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Judges the state at rest: all workers agree, nothing acknowledged is missing, and the change log tells the same
/// story.
final class RestCheck {
    private final FinalState state;
    private final List<Operation> operations;
    private final Findings findings;

    RestCheck(FinalState state, List<Operation> operations, Findings findings) {
        this.state = state;
        this.operations = operations;
        this.findings = findings;
    }

    /// The documents at rest as reads, for the check of each document: what they show has to follow from the writes
    /// like what any other reader saw.
    static List<Operation> reads(FinalState state) {
        var reads = new ArrayList<Operation>();
        long sequence = 0;
        for (var document : state.documents()) {
            var read = Operation.invoked(-1, --sequence, Kind.AT_REST, document.key(), state.atNanos());
            reads.add(
                    document.version() == 0
                            ? read.absent(state.atNanos(), 0, document.worker())
                            : read.ok(state.atNanos(), 0, document.worker(), document.version())
                                    .withRevision(document.revision())
                                    .withSeen(document.fields()));
        }
        return reads;
    }

    void run() {
        workersAgree();
        nothingIsMissing();
        var log = state.log();
        if (log != null && logIsGapless(log)) {
            logAgrees(log);
        }
    }

    private void workersAgree() {
        Map<Key, FinalDocument> firsts = new HashMap<>();
        for (var document : state.documents()) {
            var first = firsts.putIfAbsent(document.key(), document);
            if (first != null
                    && (first.version() != document.version()
                            || first.revision() != document.revision()
                            || !first.fields().equals(document.fields()))) {
                findings.add(
                        ViolationKind.WORKERS_DISAGREE, document.key(), describe(first) + "; " + describe(document));
            }
        }
    }

    private static String describe(FinalDocument document) {
        return "worker " + document.worker() + " shows version " + document.version() + " revision "
                + document.revision() + " " + document.fields();
    }

    /// A document that is not in the state at rest at all. (One with too low a version is found with the other reads.)
    private void nothingIsMissing() {
        Set<Key> present = new HashSet<>();
        state.documents().forEach(document -> present.add(document.key()));
        for (var operation : operations) {
            if (operation.isAcknowledgedWrite() && present.add(operation.key())) {
                findings.add(
                        ViolationKind.LOST_WRITE,
                        operation.key(),
                        "No worker was asked for it, or showed it, at rest.",
                        operation);
            }
        }
    }

    private boolean logIsGapless(ChangeLog log) {
        long expected = log.floor() + 1;
        for (var change : log.changes()) {
            if (change.revision() != expected) {
                boolean repeats = change.revision() < expected;
                findings.add(
                        repeats ? ViolationKind.LOG_REPEATS : ViolationKind.LOG_GAP,
                        change.key(),
                        "Revision " + change.revision() + " stands where " + expected + " should.");
                return false;
            }
            expected++;
        }
        if (expected != log.head() + 1) {
            findings.add(
                    ViolationKind.LOG_GAP,
                    null,
                    "The log ends with revision " + (expected - 1) + ", and its head is " + log.head() + ".");
            return false;
        }
        return true;
    }

    private void logAgrees(ChangeLog log) {
        Map<Key, Change> lasts = new HashMap<>();
        for (var change : log.changes()) {
            var before = lasts.put(change.key(), change);
            long expected = before != null ? before.version() + 1 : log.floor() == 0 ? 1 : change.version();
            if (change.version() != expected) {
                findings.add(
                        ViolationKind.LOG_DISAGREES,
                        change.key(),
                        "Revision " + change.revision() + " made version " + change.version() + " where " + expected
                                + " was next.");
            }
        }
        for (var document : state.documents()) {
            var last = lasts.get(document.key());
            if (last == null ? log.floor() == 0 && document.version() > 0 : !matches(document, last)) {
                findings.add(
                        ViolationKind.LOG_DISAGREES,
                        document.key(),
                        describe(document) + ", and the log ends with "
                                + (last == null
                                        ? "nothing about it"
                                        : "version " + last.version() + " revision " + last.revision())
                                + ".");
            }
        }
        for (var operation : operations) {
            if (operation.isAcknowledgedWrite() && operation.revision() > log.floor() && isOf(log, operation)) {
                compare(operation, log);
            }
        }
    }

    private static boolean matches(FinalDocument document, Change last) {
        return document.version() == last.version()
                && (document.revision() == 0 || document.revision() == last.revision());
    }

    private static boolean isOf(ChangeLog log, Operation operation) {
        var token = operation.token();
        return token == null || token.incarnation().equals(log.incarnation());
    }

    private void compare(Operation write, ChangeLog log) {
        if (write.revision() > log.head()) {
            findings.add(
                    ViolationKind.LOST_WRITE,
                    write.key(),
                    "Revision " + write.revision() + " is beyond the log's head, " + log.head() + ".",
                    write);
            return;
        }
        var change = log.changes().get((int) (write.revision() - log.floor() - 1));
        if (!change.key().equals(write.key()) || change.version() != write.version()) {
            findings.add(
                    ViolationKind.LOG_DISAGREES,
                    write.key(),
                    "At revision " + write.revision() + " the log has " + change.key() + " version " + change.version()
                            + ".",
                    write);
        }
    }
}
