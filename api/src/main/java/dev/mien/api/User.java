package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The account that owns and edits personas, as it is served.
///
/// @param id a UUIDv7
/// @param username 3 to 50 of a–z, 0–9 and _; unique
/// @param email unique without regard to case; null where none was given
/// @param profilePictureUrl an http or https address; null where none was given
/// @param isActive false once the user was deleted; it stays readable
/// @param version 1 for the first, and one more with each change
/// @param revision the position of its last change in the store's log
public record User(
        String id,
        String username,
        @Nullable String email,
        @JsonProperty("display_name") String displayName,
        @JsonProperty("profile_picture_url") @Nullable String profilePictureUrl,
        String bio,
        Map<String, Object> preferences,
        @JsonProperty("is_active") boolean isActive,
        long version,
        long revision,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("updated_at") Instant updatedAt)
        implements Versioned {}
