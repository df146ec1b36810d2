package dev.mien.store;

import dev.mien.api.Violation;
import java.util.List;

/// A function from the current document to the next one or to a refusal.
///
/// It runs inside the store's transaction, so it sees the latest document and nobody changes it meanwhile. It must be
/// quick and touch nothing else: other writers wait. It may be run more than once for one edit.
@FunctionalInterface
public interface Rule {
    Decision decide(Document current);

    /// What a rule makes of the current document.
    sealed interface Decision {}

    /// The document's own members are to become these.
    ///
    /// @param fields the names of those that change
    @SuppressWarnings("ArrayRecordComponent")
    record Replace(byte[] body, List<String> fields) implements Decision {}

    /// The document is already as the edit wants it.
    record Keep() implements Decision {}

    /// The edit does not fit this document.
    record Refuse(List<Violation> violations) implements Decision {}
}
