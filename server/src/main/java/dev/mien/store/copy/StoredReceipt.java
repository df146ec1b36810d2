package dev.mien.store.copy;

/// What became of a request that named a key.
///
/// @param fingerprint of the request
/// @param written what it wrote, a line for each step
public record StoredReceipt(String key, String fingerprint, String at, String written) {}
