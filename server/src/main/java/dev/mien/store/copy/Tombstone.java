package dev.mien.store.copy;

/// What is left of a row that was removed.
///
/// @param version the last one that the id had
public record Tombstone(String collection, String id, long version) {}
