package dev.mien.store.copy;

import dev.mien.store.Changes.Change;
import org.jspecify.annotations.Nullable;

/// A row of the change log, which is a part of a document's history.
///
/// @param at when, as in `updated_at`
/// @param fields the members that an update changed, as a JSON array
/// @param document as the change left it; null where it was removed, pruned or purged
public record StoredChange(
        Change change,
        String at,
        String actor,
        String message,
        String fields,
        @Nullable StoredDocument document) {}
