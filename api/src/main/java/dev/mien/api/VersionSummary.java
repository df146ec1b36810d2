package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/// One version of a document, without the document.
///
/// @param operation `create`, `update` or `delete`
/// @param at when, in UTC
/// @param actor who made it; empty where nobody said
/// @param message why; empty where nobody said
/// @param fields the members that an update changed
@JsonIgnoreProperties(ignoreUnknown = true)
public record VersionSummary(
        long version, long revision, String operation, String at, String actor, String message, List<String> fields) {}
