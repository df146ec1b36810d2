package dev.mien.checker.verdict;

import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Draws operations under each other on one scale, so that a person sees which overlapped and which did not:
///
/// ```
///   [=========]                    0.000 to   1.920 ms  client 2  worker 0  PATCH -> 200 version 8, wrote name=w17
///                    [======]      3.107 to   4.371 ms  client 5  worker 3  GET -> 200 version 7, saw name=w12
/// ```
///
/// A bar that ends in `>` is a request without an answer, which may take effect at any later time.
final class Timeline {
    private static final int COLUMNS = 60;

    private Timeline() {}

    static void append(List<Operation> operations, StringBuilder text) {
        if (operations.isEmpty()) {
            return;
        }
        var sorted = operations.stream()
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .toList();
        long start = sorted.getFirst().invokedNanos();
        long end = start + 1;
        for (var operation : sorted) {
            end = Math.max(end, lastSeen(operation));
        }
        for (var operation : sorted) {
            text.append("  ").append(bar(operation, start, end)).append("  ");
            text.append(when(operation, start)).append("  ").append(describe(operation));
            text.append('\n');
        }
    }

    private static String bar(Operation operation, long start, long end) {
        boolean open = operation.outcome() == Outcome.UNKNOWN;
        int first = column(operation.invokedNanos(), start, end);
        int last = open ? COLUMNS - 1 : column(operation.completedNanos(), start, end);
        var bar = new StringBuilder(" ".repeat(COLUMNS));
        for (int i = first; i <= last; i++) {
            bar.setCharAt(i, '=');
        }
        bar.setCharAt(last, open ? '>' : ']');
        bar.setCharAt(first, first == last ? '|' : '[');
        return bar.toString();
    }

    private static int column(long nanos, long start, long end) {
        return (int) Math.round((double) (nanos - start) / (end - start) * (COLUMNS - 1));
    }

    private static String when(Operation operation, long start) {
        return String.format(
                Locale.ROOT,
                "%9.3f to %9.3f ms",
                (operation.invokedNanos() - start) / 1e6,
                (lastSeen(operation) - start) / 1e6);
    }

    private static long lastSeen(Operation operation) {
        return operation.completedNanos() == Operation.NEVER ? operation.invokedNanos() : operation.completedNanos();
    }

    /// `client 5  worker 3  GET -> 200 version 7, saw name=w12`
    static String describe(Operation operation) {
        var text = new StringBuilder();
        text.append(operation.kind() == Kind.AT_REST ? "at rest" : "client " + operation.client());
        text.append(operation.worker() < 0 ? "  worker ?" : "  worker " + operation.worker());
        text.append("  ").append(operation.kind());
        if (operation.named() > 0) {
            text.append(" if version ").append(operation.named());
        }
        text.append(" -> ");
        text.append(
                operation.outcome() == Outcome.OK
                        ? ""
                        : operation.outcome().name().toLowerCase(Locale.ROOT) + " ");
        text.append(operation.status() > 0 ? operation.status() + " " : "");
        text.append(operation.version() > 0 ? "version " + operation.version() : "no version");
        if (operation.revision() > 0) {
            text.append(" revision ").append(operation.revision());
        }
        var token = operation.token();
        if (token != null) {
            text.append(" token ").append(token);
        }
        if (operation.written().size() > 0) {
            text.append(", wrote ").append(operation.written());
        }
        var seen = operation.seen();
        if (seen != null) {
            text.append(", saw ").append(seen);
        }
        return text.toString();
    }
}
