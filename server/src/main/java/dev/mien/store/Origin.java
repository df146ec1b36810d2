package dev.mien.store;

import org.jspecify.annotations.Nullable;

/// Where an edit comes from.
///
/// @param actor who makes it; empty where nobody said
/// @param message why; empty where nobody said
/// @param key what makes it safe to repeat; null where the client did not ask for that
public record Origin(String actor, String message, @Nullable RequestKey key) {
    /// Nobody said anything.
    public static final Origin UNKNOWN = new Origin("", "", null);
}
