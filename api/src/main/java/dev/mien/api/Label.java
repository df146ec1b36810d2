package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/// A name for a version of a persona.
///
/// @param version the one that it names
/// @param revision of its last move
/// @param movedAt when that was, in UTC
@JsonIgnoreProperties(ignoreUnknown = true)
public record Label(
        String label,
        long version,
        long revision,
        @JsonProperty("moved_at") String movedAt) {}
