package dev.mien.asset;

/// A stored file with its content.
///
/// @param bytes shared: nobody may write to it
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Asset(AssetInfo info, byte[] bytes) {
    public String address() {
        return info.address();
    }

    /// The media type, as the first bytes say.
    public String type() {
        return info.format().type();
    }
}
