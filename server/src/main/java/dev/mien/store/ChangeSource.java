package dev.mien.store;

/// A store whose change log can be followed.
public interface ChangeSource {
    /// The head and the changes after `after`, all of one snapshot.
    ///
    /// @param after the revision applied so far, 0 for none
    /// @param limit most changes to return, the oldest first
    /// @throws StoreUnavailableException if that cannot be established: a lost connection, a server in recovery, a
    ///     timeout, another history
    Changes changesAfter(long after, int limit);
}
