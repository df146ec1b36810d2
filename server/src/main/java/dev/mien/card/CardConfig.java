package dev.mien.card;

import dev.mien.config.Setting;

/// Limits of character cards. A card in memory takes several times the room of its file, so larger cards want a larger
/// heap of the workers.
///
/// @param maximumBytes largest file that is imported
public record CardConfig(
        @Setting(
                value = "largest character card in bytes that is imported; a larger one is refused",
                byDefault = "8388608")
        int maximumBytes) {
    private static final int MOST = 256 * 1024 * 1024;
    private static final int LEAST_INFLATED = 64 * 1024;

    public CardConfig {
        if (maximumBytes < 1 || maximumBytes > MOST) {
            throw new IllegalArgumentException("--card-maximum-bytes must be between 1 and " + MOST);
        }
    }

    /// Most bytes that all that is packed in one card may take together.
    int maximumInflatedBytes() {
        return Math.max(maximumBytes, LEAST_INFLATED) * 2;
    }

    /// Most bytes of a card's JSON.
    int maximumJsonBytes() {
        return Math.max(maximumBytes / 2, LEAST_INFLATED);
    }
}
