package dev.mien.store;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

    /// The whole of a document, whether it exists or not.
    ///
    /// @param expected whether the client's precondition holds for the document as it is now, null for none
    /// @param body as in [Create]
    /// @param needed a version that has to be readable in its collection, or the step is refused; null for none
    @SuppressWarnings("ArrayRecordComponent")
    record Save(
            Collection collection,
            String id,
            Predicate<@Nullable Document> expected,
            byte[] body,
            @Nullable Needed needed)
            implements Step {}

    /// A document that is made if there is none with its id, and changed if there is one. An id that was used before,
    /// by a document whose row was removed, is not used again.
    ///
    /// @param body of a new document, as in [Create]
    /// @param expected whether the client's precondition holds for the document that is there
    /// @param rule makes the next document of it
    @SuppressWarnings("ArrayRecordComponent")
    record Put(Collection collection, String id, byte[] body, Predicate<Document> expected, Rule rule)
            implements Step {}

    /// One version of a document.
    record Needed(Collection collection, String id, long version) {}

    /// The end of a document: its row, all its versions and who made them are erased. That it was there stays in the
    /// log.
    ///
    /// @param expected whether the client's precondition holds for the document as it is now
    /// @param parts a collection whose documents end with the one that they name; null for none
    /// @param neededBy a collection whose documents keep the one that they name from being purged; null for none
    record Purge(
            Collection collection,
            String id,
            Predicate<Document> expected,
            @Nullable Collection parts,
            @Nullable Collection neededBy)
            implements Step {
        /// The end of a document that nothing depends on.
        public Purge(Collection collection, String id, Predicate<Document> expected) {
            this(collection, id, expected, null, null);
        }
    }
}
