package dev.mien.api;

/// The server refused a request, or could not be reached.
public class MienException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    public MienException(Problem problem) {
        super(problem.status() + " " + problem.title() + ": " + problem.detail());
        this.problem = problem;
    }

    /// The problem as the server told it. Its `outcome` says whether a write may have happened.
    public Problem problem() {
        return problem;
    }
}
