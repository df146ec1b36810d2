package dev.mien.asset;

/// A small picture, finished to be sent.
///
/// @param type a media type
/// @param bytes shared: nobody may write to it
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Thumbnail(String type, byte[] bytes) {}
