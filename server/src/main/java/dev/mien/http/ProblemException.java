package dev.mien.http;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import org.jspecify.annotations.Nullable;

/// Ends a request with a problem.
public class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;
    private final transient @Nullable RevisionToken asOf;

    public ProblemException(Problem problem, @Nullable RevisionToken asOf) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.asOf = asOf;
    }

    public ProblemException(ProblemType type, String detail) {
        this(Problem.of(type, detail), null);
    }

    public Problem problem() {
        return problem;
    }

    /// The state of the store that the problem reflects; null where it was never asked.
    public @Nullable RevisionToken asOf() {
        return asOf;
    }
}
