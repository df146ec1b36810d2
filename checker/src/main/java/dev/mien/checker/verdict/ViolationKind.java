package dev.mien.checker.verdict;

/// What can be wrong with a history, one sentence each.
public enum ViolationKind {
    STALE_READ(
            "A read returned a version older than one that somebody had already been answered with before it began."),
    READ_FROM_THE_FUTURE(
            "An operation was over, with a version in its answer, before the write of that version began."),
    VERSION_WENT_BACK("A write got a version lower than one that somebody had already seen before the write began."),
    VERSION_TWICE("Two acknowledged writes of one document got the same version."),
    VERSION_WITHOUT_WRITER("A version exists that no write can have made: none is left over whose outcome is unknown."),
    VALUE_FROM_NOWHERE("A field showed a value that nobody wrote to it."),
    FAILED_WRITE_SEEN("A value was read although the write that carried it had been answered as not applied."),
    WRONG_PAYLOAD("A version does not carry what was written in it."),
    MERGE_LOST_FIELD(
            "A write changed or dropped a field that it did not carry, so an earlier write to that field is lost."),
    CONDITION_IGNORED("A conditional write succeeded although the version it named was not the one before its own."),
    WRONGLY_REFUSED("A conditional write was refused for its version although it named the current one."),
    IMPOSSIBLE_WRITE("A write succeeded that had nothing to change, or created a document that was already there."),
    OTHER_VERSION("A read of one version was answered with another one."),
    WRONG_ABSENCE("An answer denied a document that was there during the whole time of the request."),
    NO_EXPLANATION("No choice of the writes whose outcome is unknown, in any order, explains all that was seen."),
    LOST_WRITE("A write that was acknowledged, or already seen by somebody, is missing at the end."),
    WORKERS_DISAGREE("At rest, two workers show different states of one document."),
    TOKEN_WENT_BACK(
            "An answer's token is older than a token that somebody had already received before the request began."),
    TOKEN_TOO_OLD("An answer's token is older than the change that the answer itself shows."),
    HISTORY_CAME_BACK("An answer is of a history of the store that another one had taken the place of by then."),
    REVISION_OUT_OF_ORDER("The revisions of a document do not grow together with its versions."),
    REVISION_TWICE("Two acknowledged writes got the same revision."),
    LOG_GAP("The change log lacks a revision between its floor and its head."),
    LOG_REPEATS("The change log has a revision twice, or out of order."),
    LOG_DISAGREES("The change log tells another story than the acknowledgements and the documents at rest."),
    FEED_GAP("The feed left out a change, for somebody who followed it."),
    FEED_REPEATS("The feed told a change again, or out of order.");

    private final String explanation;

    ViolationKind(String explanation) {
        this.explanation = explanation;
    }

    public String explanation() {
        return explanation;
    }
}
