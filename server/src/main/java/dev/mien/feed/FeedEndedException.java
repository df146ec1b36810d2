package dev.mien.feed;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.http.ProblemException;

/// There is no going on from where a listener stands.
public final class FeedEndedException extends ProblemException {
    private static final long serialVersionUID = 1;

    private FeedEndedException(ProblemType type, String detail) {
        super(Problem.of(type, detail), null);
    }

    static FeedEndedException otherHistory(String detail) {
        return new FeedEndedException(ProblemType.OTHER_HISTORY, detail);
    }

    static FeedEndedException gone(String detail) {
        return new FeedEndedException(ProblemType.CHANGES_GONE, detail);
    }
}
