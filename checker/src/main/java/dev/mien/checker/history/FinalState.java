package dev.mien.checker.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The store at rest: read after every client had stopped and every worker had finished or given up its writes.
///
/// @param atNanos when the reading began, on the clock of the operations
/// @param documents every document of the history, once for each worker
/// @param log null where the change log cannot be read
/// @param followers of the feed, those that followed it until then
public record FinalState(
        long atNanos,
        List<FinalDocument> documents,
        @Nullable ChangeLog log,
        List<Follower> followers) {
    public FinalState {
        documents = List.copyOf(documents);
        followers = List.copyOf(followers);
    }

    /// Where nobody followed the feed.
    public FinalState(long atNanos, List<FinalDocument> documents, @Nullable ChangeLog log) {
        this(atNanos, documents, log, List.of());
    }
}
