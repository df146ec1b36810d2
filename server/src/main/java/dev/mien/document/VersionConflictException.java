package dev.mien.document;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.http.ProblemException;
import dev.mien.store.Document;
import dev.mien.store.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The document is not at the version that the client named. Nothing was changed.
final class VersionConflictException extends ProblemException {
    private static final long serialVersionUID = 1;
    private final transient @Nullable Document current;

    VersionConflictException(String noun, Outcome.Conflict conflict) {
        this(problem(noun, conflict.current()), conflict.current(), conflict.asOf());
    }

    private VersionConflictException(Problem problem, @Nullable Document current, @Nullable RevisionToken asOf) {
        super(problem, asOf);
        this.current = current;
    }

    private static Problem problem(String noun, @Nullable Document current) {
        return current == null
                ? Problem.of(ProblemType.VERSION_CONFLICT, "There is no such " + noun + ".")
                : Problem.of(
                                ProblemType.VERSION_CONFLICT,
                                "The " + noun + " is at version " + current.version()
                                        + ", which is not what If-Match names.")
                        .withCurrentVersion(current.version());
    }

    /// Where the document is now; null where there is none.
    @Nullable Document current() {
        return current;
    }

    /// The same with more to go by.
    ///
    /// @param changes what others changed since the version that the client named
    /// @param named the members that the client wanted to change
    VersionConflictException with(List<FieldChange> changes, List<String> named) {
        boolean overlaps = changes.stream().anyMatch(change -> named.contains(change.field()));
        return new VersionConflictException(problem().withChanges(changes, overlaps), current, asOf());
    }
}
