package dev.mien.checker.history;

import java.util.List;

/// The store's own account of what was changed, read at rest.
///
/// @param floor the revision up to which the log was cut off, 0 when it is whole
/// @param head the newest revision
/// @param changes those after the floor, as the store listed them
public record ChangeLog(String incarnation, long floor, long head, List<Change> changes) {
    public ChangeLog {
        changes = List.copyOf(changes);
    }

    /// One line of the log.
    ///
    /// @param operation what the store calls it: `insert`, `update`, `delete` …
    public record Change(long revision, Key key, long version, String operation) {}
}
