package dev.mien.store;

import java.util.function.Predicate;

/// One part of an [Edit].
public sealed interface Step {
    Collection collection();

    String id();

    /// A new document.
    ///
    /// @param id not used before in the collection
    /// @param body a JSON object in UTF-8 with the document's own members, without `id`, `version` and their like
    @SuppressWarnings("ArrayRecordComponent")
    record Create(Collection collection, String id, byte[] body) implements Step {}

    /// A change of a document that exists.
    ///
    /// @param expected whether the client's precondition holds for the document as it is now
    /// @param rule makes the next document of it
    record Change(Collection collection, String id, Predicate<Document> expected, Rule rule) implements Step {}
}
