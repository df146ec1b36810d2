package dev.mien.store;

/// A store whose change log can be followed.
public interface ChangeSource {
    /// The head and the changes after `after`, all of one snapshot, in one statement on the primary, on a session of
    /// its own.
    /// @param after the revision applied so far, 0 for none (then no changes need be listed)
    /// @throws StoreUnavailableException if that cannot be established (a lost connection, recovery mode, timeout)
    Changes changesAfter(long after, int limit);
}
