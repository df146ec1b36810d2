package dev.mien.asset;

/// What is known of a stored file without its content.
///
/// @param address the SHA-256 of the content in hexadecimal
/// @param size of the content in bytes
public record AssetInfo(String address, Format format, long size) {}
