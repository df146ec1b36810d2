package dev.mien.store;

import org.jspecify.annotations.Nullable;

/// Names the states of a database, and knows without asking it which one is the newest.
///
/// **Who looks may rely on:** if [#isNewest] says yes, nothing has been committed between the moment at which [#newest]
/// gave the snapshot and this one. A commit is in the newest snapshot before anybody is told of it and before any
/// reader can see it.
public interface Snapshots {
    /// A state of the database. Two looks at the same state may give two that are not equal.
    interface Snapshot {}

    /// The state that a statement sees which begins now; or an older one, if a commit ends at the same time. Null where
    /// that cannot be told.
    @Nullable Snapshot newest();

    /// Whether nothing was committed since. False also where that cannot be told.
    boolean isNewest(Snapshot snapshot);
}
