package dev.mien.batch;

import dev.mien.api.Problem;
import dev.mien.store.Outcome.Written;
import org.jspecify.annotations.Nullable;

/// What came of one operation.
///
/// @param status as if it had been a request of its own
/// @param written null where it was refused
/// @param problem null where it was done
record Result(
        int status, @Nullable Written written, @Nullable Problem problem) {

    static Result of(Operation.Kind kind, Written written) {
        int status = switch (kind) {
            case CREATE -> written.changed() && written.document().version() == 1 ? 201 : 200;
            case PATCH -> 200;
            case DELETE, PURGE -> 204;
        };
        return new Result(status, written, null);
    }

    static Result of(Problem problem) {
        return new Result(problem.status(), null, problem);
    }
}
