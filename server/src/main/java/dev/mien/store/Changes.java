package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.List;

/// A part of the change log, and where the log stood when it was read.
///
/// @param head the newest revision
/// @param floor changes up to here were trimmed, so nobody can learn of them any more
/// @param timeline names the server's life and the session that asked. Two answers are comparable only where it is
///     equal: otherwise the server may have lost in between what it had shown before.
/// @param changes in the order of their revisions, without a gap
public record Changes(RevisionToken head, long floor, String timeline, List<Change> changes) {
    /// One committed change of one document.
    ///
    /// @param version of the document, once changed
    /// @param operation `create`, `update` or `delete`
    public record Change(long revision, String collection, String id, long version, String operation) {}
}
