package dev.mien.store;

import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import java.util.List;

/// What became of an [Edit]. All but [Committed] and [Unknown] say that nothing of it was applied.
public sealed interface Outcome {

    /// It is on disk, and every read that begins from now on sees it.
    ///
    /// @param written one for each step, in their order
    /// @param asOf a state that has the edit in it
    record Committed(List<Written> written, RevisionToken asOf) implements Outcome {}

    /// One step's document as committed.
    ///
    /// @param changed false where the document already was as the step wanted it: same version, no entry in the log
    record Written(Document document, boolean changed) {}

    /// There is no document with the step's id.
    record NotFound(RevisionToken asOf) implements Outcome {}

    /// The precondition does not hold for `current`.
    record Conflict(Document current, RevisionToken asOf) implements Outcome {}

    /// Another document has the value of this unique member.
    ///
    /// @param step the position of the step in the edit, from 0
    record Taken(int step, String field, RevisionToken asOf) implements Outcome {}

    /// The step does not fit: its rule says so, or it names a document that does not exist.
    ///
    /// @param step the position of the step in the edit, from 0
    record Refused(int step, List<Violation> violations, RevisionToken asOf) implements Outcome {}

    /// The store could not take it; it was certainly not applied.
    record NotApplied(String reason) implements Outcome {}

    /// Its commit was begun and nobody can say how it ended: it may or may not have happened, once.
    record Unknown(String reason) implements Outcome {}
}
