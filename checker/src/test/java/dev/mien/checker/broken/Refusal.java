package dev.mien.checker.broken;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.checker.history.Token;
import org.jspecify.annotations.Nullable;

/// A request that is answered with a problem.
@SuppressWarnings("serial") // Nobody serializes it.
final class Refusal extends RuntimeException {
    private final Problem problem;
    private final @Nullable Token asOf;

    /// @param asOf the state in which it was decided, null if the database was not asked
    Refusal(Problem problem, @Nullable Token asOf) {
        super(problem.detail());
        this.problem = problem;
        this.asOf = asOf;
    }

    static Refusal notFound(String collection, Token asOf) {
        var type = collection.equals("users") ? ProblemType.USER_NOT_FOUND : ProblemType.PERSONA_NOT_FOUND;
        return new Refusal(Problem.of(type, "There is none."), asOf);
    }

    Problem problem() {
        return problem;
    }

    @Nullable Token asOf() {
        return asOf;
    }
}
