package dev.mien.cache;

/// Names one document of the store.
record Key(String collection, String id) {}
