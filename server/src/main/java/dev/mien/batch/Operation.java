package dev.mien.batch;

import dev.mien.document.DocumentService;
import dev.mien.http.ProblemException;
import dev.mien.store.Step;
import org.jspecify.annotations.Nullable;

/// One edit of a batch.
///
/// @param position in the batch, from 0
/// @param step null where it was refused before the store was asked
/// @param refusal why it was; null where it was not
/// @param actor who makes this one; null where that is whoever makes the batch
/// @param message why; null where that is as for the batch
record Operation(
        int position,
        Kind kind,
        DocumentService service,
        @Nullable Step step,
        @Nullable ProblemException refusal,
        @Nullable String actor,
        @Nullable String message) {

    /// What is to be done.
    enum Kind {
        CREATE,
        PATCH,
        DELETE,
        PURGE
    }
}
