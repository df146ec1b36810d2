package dev.mien.checker.history;

import org.jspecify.annotations.Nullable;

/// What one client saw of one request for one document. A list is as many operations as it shows documents.
///
/// It starts as [#invoked], an operation of unknown outcome, and is replaced by what the answer says:
///
/// ```java
/// var patch = Operation.invoked(client, sequence, Kind.PATCH, key, System.nanoTime()).writing(Fields.of("name",
/// "w17"));
/// …
/// patch.ok(System.nanoTime(), 200, worker, version).withRevision(revision).withSeen(fields).withToken(token)
/// ```
///
/// @param client who asked
/// @param sequence a number that no other operation of the history has
/// @param invokedNanos before the first byte was sent; one monotonic clock for the whole history
/// @param completedNanos after the last byte was received, or when the client gave up
/// @param status the HTTP status, 0 when there was none
/// @param worker which worker answered, -1 when nobody knows
/// @param named the version that the request named, as its condition or as the one it asks for; 0 when it named none
/// @param version the version that the answer named, 0 when it named none
/// @param revision the revision of the change that made this version, 0 when nobody said
/// @param written the fields that the request carried, each with a value that no other request carries, but for
///     restores and labels; for a delete [Fields#DELETED]
/// @param seen the fields that the answer showed, null when it showed none; unless the [kind][Kind#showsOnlySome] is
///     one that may leave out fields, these are all watched fields that the document has
/// @param token the token of the answer
public record Operation(
        int client,
        long sequence,
        Kind kind,
        Key key,
        long invokedNanos,
        long completedNanos,
        Outcome outcome,
        int status,
        int worker,
        long named,
        long version,
        long revision,
        Fields written,
        @Nullable Fields seen,
        @Nullable Token token) {

    /// The end of an operation that may yet happen.
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (completedNanos < invokedNanos) {
            throw new IllegalArgumentException("it completed before it was invoked");
        }
        if (outcome == Outcome.OK && version < 1) {
            throw new IllegalArgumentException("an operation that is OK names the version it saw or made");
        }
        if (version < 0 || named < 0 || revision < 0) {
            throw new IllegalArgumentException("versions and revisions are not negative");
        }
        if (!kind.isWrite() && written.size() > 0) {
            throw new IllegalArgumentException("a " + kind + " writes nothing");
        }
        if (!outcome.isAnswer() && (version > 0 || seen != null)) {
            throw new IllegalArgumentException("an operation that is " + outcome + " saw nothing");
        }
    }

    /// A request about to be sent.
    public static Operation invoked(int client, long sequence, Kind kind, Key key, long nanos) {
        var written = kind == Kind.DELETE ? Fields.DELETED : Fields.NONE;
        return new Operation(
                client, sequence, kind, key, nanos, NEVER, Outcome.UNKNOWN, 0, -1, 0, 0, 0, written, null, null);
    }

    /// The request names a version as its condition: `If-Match`, `If-None-Match`.
    public Operation naming(long version) {
        return copy(
                key, completedNanos, outcome, status, worker, version, this.version, revision, written, seen, token);
    }

    /// The request carries these fields.
    public Operation writing(Fields fields) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, fields, seen, token);
    }

    /// The same for the document that turned out to be meant: an answer names the one it created.
    public Operation of(Key key) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    /// A read of this version, or a write that made it.
    public Operation ok(long nanos, int status, int worker, long version) {
        return completed(nanos, Outcome.OK, status, worker, version);
    }

    /// There is no such document. An answer that names the version of the deletion adds it by [#withVersion].
    public Operation absent(long nanos, int status, int worker) {
        return completed(nanos, Outcome.ABSENT, status, worker, 0);
    }

    /// Refused. An answer that names the current version adds it by [#withVersion].
    public Operation refused(long nanos, int status, int worker) {
        return completed(nanos, Outcome.REFUSED, status, worker, 0);
    }

    /// Promised not to have been applied.
    public Operation failed(long nanos, int status, int worker) {
        return completed(nanos, Outcome.FAILED, status, worker, 0);
    }

    /// The client gave up, or got an answer that promises nothing.
    public Operation unknown(long nanos, int status, int worker) {
        return completed(nanos, Outcome.UNKNOWN, status, worker, 0);
    }

    private Operation completed(long nanos, Outcome outcome, int status, int worker, long version) {
        return copy(key, nanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    public Operation withVersion(long version) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    public Operation withRevision(long revision) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    public Operation withSeen(@Nullable Fields seen) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    public Operation withToken(@Nullable Token token) {
        return copy(key, completedNanos, outcome, status, worker, named, version, revision, written, seen, token);
    }

    private Operation copy(
            Key key,
            long completedNanos,
            Outcome outcome,
            int status,
            int worker,
            long named,
            long version,
            long revision,
            Fields written,
            @Nullable Fields seen,
            @Nullable Token token) {
        return new Operation(
                client,
                sequence,
                kind,
                key,
                invokedNanos,
                completedNanos,
                outcome,
                status,
                worker,
                named,
                version,
                revision,
                written,
                seen,
                token);
    }

    /// The same as a read, for an acknowledged write that found everything as it would have it.
    public Operation asRead() {
        return invoked(client, sequence, Kind.GET, key, invokedNanos)
                .ok(completedNanos, status, worker, version)
                .withRevision(revision)
                .withSeen(seen)
                .withToken(token);
    }

    /// Whether it is the answer to a request. Nobody asked for what a stream tells.
    public boolean isAnswered() {
        return outcome.isAnswer() && kind != Kind.CHANGE_TOLD;
    }

    /// The latest moment at which it can have taken effect.
    public long endNanos() {
        return outcome == Outcome.UNKNOWN ? NEVER : completedNanos;
    }

    /// Whether it had its effect before the other was even asked for.
    public boolean precedes(Operation other) {
        return endNanos() < other.invokedNanos;
    }

    public boolean isAcknowledgedWrite() {
        return kind.isWrite() && outcome == Outcome.OK;
    }

    public boolean isUnknownWrite() {
        return kind.isWrite() && outcome == Outcome.UNKNOWN;
    }

    /// Whether it saw or made a version that it names.
    public boolean isSighting() {
        return outcome.isAnswer() && version > 0;
    }
}
