package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An error document, `application/problem+json` (RFC 9457).
///
/// @param type one of [ProblemType#uri()]
/// @param title the type's title
/// @param status the HTTP status
/// @param detail what happened this time, for a person
/// @param instance `/requests/<id>`: the id under which the server's log speaks of this request
/// @param currentVersion where the document is now; only with `version-conflict`
/// @param changes what others changed since the version that the client named, member by member, each with `field`,
/// `before` and `after`; only with `version-conflict`, where that version is still in the history
/// @param overlaps whether one of these is a member that the client wanted to change; only with `changes`
/// @param errors what is wrong, member by member; only where single members are at fault
/// @param outcome `unknown` where a write may or may not have happened, `not-applied` where it certainly has not; only
/// with 503
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        @Nullable Long currentVersion,
        @Nullable List<?> changes,
        @Nullable Boolean overlaps,
        @Nullable List<Violation> errors,
        @Nullable String outcome) {

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, null, null, null, null, null, null);
    }

    public Problem withDetail(String newDetail) {
        return new Problem(
                type, title, status, newDetail, instance, currentVersion, changes, overlaps, errors, outcome);
    }

    public Problem withInstance(String newInstance) {
        return new Problem(
                type, title, status, detail, newInstance, currentVersion, changes, overlaps, errors, outcome);
    }

    public Problem withCurrentVersion(long newCurrentVersion) {
        return new Problem(
                type, title, status, detail, instance, newCurrentVersion, changes, overlaps, errors, outcome);
    }

    public Problem withErrors(List<Violation> newErrors) {
        return new Problem(
                type,
                title,
                status,
                detail,
                instance,
                currentVersion,
                changes,
                overlaps,
                List.copyOf(newErrors),
                outcome);
    }

    public Problem withOutcome(String newOutcome) {
        return new Problem(
                type, title, status, detail, instance, currentVersion, changes, overlaps, errors, newOutcome);
    }

    public Problem withChanges(List<?> newChanges, boolean newOverlaps) {
        return new Problem(
                type,
                title,
                status,
                detail,
                instance,
                currentVersion,
                List.copyOf(newChanges),
                newOverlaps,
                errors,
                outcome);
    }
}
