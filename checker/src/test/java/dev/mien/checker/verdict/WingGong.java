package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The definition of linearizability, tried out: every order of the operations of one document that respects real time
/// is compared with a document that is used by one client at a time. Slow, and plain enough to be believed.
///
/// J. Wing and C. Gong, "Testing and Verifying Concurrent Objects", 1993; G. Lowe, "Testing for linearizability", 2017,
/// adds that what follows depends on the operations left and the state only, so that each pair is tried once.
final class WingGong {
    /// @param fields null before the document was made
    /// @param before the fields of all versions up to this one
    private record State(long version, Fields fields, List<Fields> before) {
        State next(Fields next) {
            var all = new ArrayList<>(before);
            all.add(next);
            return new State(version + 1, next, all);
        }

        boolean isGone() {
            return fields == null || fields.isDeleted();
        }
    }

    private record Tried(long done, State state) {}

    private final List<Operation> operations = new ArrayList<>();
    private final Set<Tried> tried = new HashSet<>();

    static boolean isLinearizable(List<Operation> history) {
        return new WingGong(history).search(0, new State(0, null, List.of()));
    }

    private WingGong(List<Operation> history) {
        for (var operation : history) {
            boolean answer = operation.outcome().isAnswer();
            boolean saysNothing = operation.version() == 0
                    && (operation.outcome() == Outcome.REFUSED
                            || (operation.kind() == Kind.VERSION && operation.named() == 0));
            if ((answer && !saysNothing) || operation.isUnknownWrite()) {
                operations.add(operation);
            }
        }
    }

    private boolean search(long done, State state) {
        if (!tried.add(new Tried(done, state))) {
            return false;
        }
        boolean complete = true;
        for (int i = 0; i < operations.size(); i++) {
            if ((done & (1L << i)) == 0) {
                complete &= operations.get(i).isUnknownWrite();
                if (mayBeNext(i, done)) {
                    var after = after(operations.get(i), state);
                    if (after != null && search(done | (1L << i), after)) {
                        return true;
                    }
                }
            }
        }
        return complete;
    }

    private boolean mayBeNext(int candidate, long done) {
        for (int i = 0; i < operations.size(); i++) {
            if ((done & (1L << i)) == 0 && operations.get(i).precedes(operations.get(candidate))) {
                return false;
            }
        }
        return true;
    }

    /// The state after the operation, or null when a document in this state would not have answered so.
    private static State after(Operation operation, State state) {
        if (operation.kind() == Kind.VERSION) {
            return earlier(operation, state) ? state : null;
        }
        return switch (operation.outcome()) {
            case OK -> operation.kind().isWrite() ? afterWrite(operation, state) : sees(operation, state);
            case REFUSED ->
                operation.status() == 412 && operation.named() == state.version ? null : sees(operation, state);
            case ABSENT ->
                state.isGone() && (operation.version() == 0 || operation.version() == state.version) ? state : null;
            case UNKNOWN -> applied(operation, state);
            case FAILED -> null;
        };
    }

    /// Whether the answer tells of a version that the document has or had in this state.
    private static boolean earlier(Operation operation, State state) {
        if (operation.outcome() == Outcome.ABSENT) {
            return operation.named() > state.version;
        }
        return operation.version() <= state.version
                && (operation.named() == 0 || operation.named() == operation.version())
                && operation.seen().equals(state.before.get((int) operation.version() - 1));
    }

    private static State afterWrite(Operation operation, State state) {
        boolean foundItDeleted = operation.kind() == Kind.DELETE && state.version == operation.version();
        if (foundItDeleted) {
            return state.isGone() ? sees(operation, state) : null;
        }
        var after = applied(operation, state);
        return after == null ? null : sees(operation, after);
    }

    private static State applied(Operation operation, State state) {
        boolean allowed = operation.named() == 0 || operation.named() == state.version;
        var fields = operation.written();
        switch (operation.kind()) {
            case CREATE -> allowed &= state.isGone();
            case PUT -> {}
            case RESTORE -> allowed &= state.fields != null;
            default -> {
                allowed &= state.fields != null;
                fields = state.fields == null ? fields : state.fields.with(fields);
            }
        }
        return allowed ? state.next(fields) : null;
    }

    private static State sees(Operation operation, State state) {
        var seen = operation.seen();
        if (operation.version() != state.version) {
            return null;
        }
        boolean fits = seen == null
                || (operation.kind().showsOnlySome() ? state.fields.contains(seen) : seen.equals(state.fields));
        return fits ? state : null;
    }
}
