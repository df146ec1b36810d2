package dev.mien.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One version of a document, as its history has it. Never changes, but its document may be pruned or purged.
///
/// @param operation `create`, `update` or `delete`
/// @param at when, as in `updated_at`
/// @param actor who made it; empty where nobody said
/// @param message why; empty where nobody said
/// @param fields the members that an update changed, in no particular order; empty for the others
/// @param document as this change left it; null where the row was removed, where the version was pruned or purged, and
///     where nobody asked for it
public record Version(
        String id,
        long version,
        long revision,
        String operation,
        String at,
        String actor,
        String message,
        List<String> fields,
        @Nullable Document document) {}
