package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.List;

/// The head of a store's change log, and changes behind a revision that the asker knows.
///
/// @param head incarnation and newest revision
/// @param floor changes up to here were trimmed
/// @param timeline identifies the server life: two answers are comparable only if it is equal
/// @param changes in the order of their revisions, without gaps
public record Changes(RevisionToken head, long floor, String timeline, List<Change> changes) {

    /// One change of one document.
    ///
    /// @param operation `create`, `update` or `delete`
    public record Change(long revision, String collection, String id, long version, String operation) {}
}
