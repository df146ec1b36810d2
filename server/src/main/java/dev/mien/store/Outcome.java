package dev.mien.store;

import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of an [Edit]. All but [Committed] and [Unknown] say that nothing of it was applied.
public sealed interface Outcome {

    /// It is on disk, and every read that begins from now on sees it.
    ///
    /// @param written one for each step, in their order
    /// @param asOf a state that has the edit in it
    /// @param repeated whether it was done before, for a request with the same key; then this tells what was done then
    record Committed(List<Written> written, RevisionToken asOf, boolean repeated) implements Outcome {}

    /// One step's document as committed; of a purge, the document that is no more.
    ///
    /// @param changed false where the document already was as the step wanted it: same version, no entry in the log
    record Written(Document document, boolean changed) {}

    /// There is no document with the step's id.
    ///
    /// @param step the position of the step in the edit, from 0
    record NotFound(int step, RevisionToken asOf) implements Outcome {}

    /// The precondition does not hold for `current`.
    ///
    /// @param step the position of the step in the edit, from 0
    /// @param current null where there is none, which a [Step.Save] may not have expected
    record Conflict(int step, @Nullable Document current, RevisionToken asOf) implements Outcome {}

    /// Another document has the value of this unique member.
    ///
    /// @param step the position of the step in the edit, from 0
    record Taken(int step, String field, RevisionToken asOf) implements Outcome {}

    /// The step does not fit: its rule says so, or it names a document that does not exist.
    ///
    /// @param step the position of the step in the edit, from 0
    record Refused(int step, List<Violation> violations, RevisionToken asOf) implements Outcome {}

    /// A document that is to be purged is still named by others.
    ///
    /// @param step the position of the step in the edit, from 0
    /// @param count how many name it; 0 where that is not known
    record Referenced(int step, long count, RevisionToken asOf) implements Outcome {
        public Referenced(int step, RevisionToken asOf) {
            this(step, 0, asOf);
        }
    }

    /// The id of a new document was one of a document whose row was removed, and is not used again.
    ///
    /// @param step the position of the step in the edit, from 0
    record Gone(int step, RevisionToken asOf) implements Outcome {}

    /// The edit's key was used for another request.
    record KeyReused(RevisionToken asOf) implements Outcome {}

    /// The edit was done before, for a request with the same key, and what it wrote has been erased since.
    record Erased(RevisionToken asOf) implements Outcome {}

    /// The store could not take it; it was certainly not applied.
    record NotApplied(String reason) implements Outcome {}

    /// Its commit was begun and nobody can say how it ended: it may or may not have happened, once.
    record Unknown(String reason) implements Outcome {}
}
