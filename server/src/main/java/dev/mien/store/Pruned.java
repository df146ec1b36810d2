package dev.mien.store;

/// What a part of a pruning came to.
///
/// @param versions how many lost their documents
/// @param upTo the revision up to which all changes were looked at
/// @param atEnd whether there are no newer changes
public record Pruned(int versions, long upTo, boolean atEnd) {}
