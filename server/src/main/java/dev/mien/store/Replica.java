package dev.mien.store;

import org.jspecify.annotations.Nullable;

/// A copy of the store that follows it with a delay of any length.
///
/// **Invariant: an answer is the documents as they were in the state `asOf` of the store's own history**, and of no
/// other history that went apart from it. How old that state is, nobody says; whoever asks has to compare.
///
/// Null stands for no answer: the copy is gone, busy, or cannot prove the invariant. It does not throw for any of
/// these.
public interface Replica extends AutoCloseable {

    @Nullable Found find(Collection collection, String id);

    /// The document whose unique member `field` is `value`.
    @Nullable Found findBy(Collection collection, String field, String value);

    @Nullable Listing list(Collection collection, Query query);

    @Override
    void close();
}
