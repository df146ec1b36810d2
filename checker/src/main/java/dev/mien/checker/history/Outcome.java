package dev.mien.checker.history;

/// What a client knows of its request once it stops waiting for it.
public enum Outcome {
    /// Done. A read saw the version it names; a write made the version it names.
    OK,
    /// Answered "there is no such document" (404): not applied, and a read of a moment at which the document had not
    /// been created or was deleted.
    ABSENT,
    /// Answered "no" (409, 412, 422): not applied, and a read of the version it names, if it names one.
    REFUSED,
    /// Answered in a way that promises it was not applied (a 503 that says so). Says nothing about the document.
    FAILED,
    /// Timed out, broken off, or answered in a way that promises nothing (most 5xx). A write may have happened, once,
    /// at any time after its invocation, even after the client gave up.
    UNKNOWN;

    /// Whether the answer tells something of the document at one moment between invocation and completion.
    public boolean isAnswer() {
        return this == OK || this == ABSENT || this == REFUSED;
    }
}
