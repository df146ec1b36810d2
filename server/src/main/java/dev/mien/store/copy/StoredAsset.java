package dev.mien.store.copy;

/// A picture or another file.
///
/// @param width in pixels; 0 where it has none
/// @param height in pixels; 0 where it has none
/// @param putAt when it was last brought
/// @param bytes its content, of which the address is the hash
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record StoredAsset(String address, String type, long width, long height, String putAt, byte[] bytes) {}
