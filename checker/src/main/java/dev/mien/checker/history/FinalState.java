package dev.mien.checker.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The store at rest: read after every client had stopped and every worker had finished or given up its writes.
///
/// @param atNanos when the reading began, on the clock of the operations
/// @param documents every document of the history, once for each worker
/// @param log null where the change log cannot be read
public record FinalState(
        long atNanos,
        List<FinalDocument> documents,
        @Nullable ChangeLog log) {
    public FinalState {
        documents = List.copyOf(documents);
    }
}
