package dev.mien.store;

import java.time.Duration;

/// What makes a request safe to repeat: a store does the edit of one key once, and later tells again what it did.
///
/// @param key chosen by the client, unique among its requests
/// @param fingerprint of the whole request, so that the same key with another request is noticed
public record RequestKey(String key, String fingerprint) {
    /// How long a store remembers a key, at least.
    public static final Duration KEPT = Duration.ofHours(24);
}
