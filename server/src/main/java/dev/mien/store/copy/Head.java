package dev.mien.store.copy;

/// Where a store's change log stands.
///
/// @param incarnation names the history
/// @param revision of the newest change
/// @param floor changes up to here were trimmed
public record Head(String incarnation, long revision, long floor) {
    /// The same place of a history by another name.
    Head named(String other) {
        return new Head(other, revision, floor);
    }
}
