package dev.mien.asset;

import dev.mien.config.Setting;

/// Limits of pictures and other files.
///
/// @param maximumBytes largest file that is accepted
/// @param thumbnailCacheBytes what the small pictures that a worker keeps in memory take together
public record AssetConfig(
        @Setting(value = "largest picture or other file in bytes; more gets 413", byDefault = "10485760")
        int maximumBytes,

        @Setting(value = "bytes of small pictures that a worker keeps in memory", byDefault = "8388608")
        int thumbnailCacheBytes) {
    private static final int MOST = 100 * 1024 * 1024;

    public AssetConfig {
        if (maximumBytes < 1 || maximumBytes > MOST) {
            throw new IllegalArgumentException("--asset-maximum-bytes must be between 1 and " + MOST);
        }
        if (thumbnailCacheBytes < 0) {
            throw new IllegalArgumentException("--asset-thumbnail-cache-bytes must not be negative");
        }
    }
}
