package dev.mien.store.copy;

/// That a version of a persona names a file.
public record AssetUse(String personaId, String address) {}
