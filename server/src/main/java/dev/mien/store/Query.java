package dev.mien.store;

import org.jspecify.annotations.Nullable;

/// Which documents of a collection to list: newest first, or those that a [Search] finds, in the order of its ranking.
///
/// @param limit most documents to return, at least 1; very large documents make a page shorter
/// @param beforeId only documents older than this one (by id); null to begin with the newest. Not with a search
/// @param active only active or only deleted documents; null for both
/// @param owner only documents that this id owns; null for all
/// @param tag only documents with this tag; null for all
/// @param label only documents that have this label; null for all
/// @param card only documents whose card has this hash; null for all
/// @param updatedSince only documents changed at this time or later, written as they write it; null for all
/// @param search only documents that it finds; null for all
public record Query(
        int limit,
        @Nullable String beforeId,
        @Nullable Boolean active,
        @Nullable String owner,
        @Nullable String tag,
        @Nullable String label,
        @Nullable String card,
        @Nullable String updatedSince,
        @Nullable Search search) {
    /// A page ends where it has become so large, however many documents were asked for.
    public static final int MAXIMUM_PAGE_BYTES = 2 * 1024 * 1024;

    /// Without a card.
    public Query(
            int limit,
            @Nullable String beforeId,
            @Nullable Boolean active,
            @Nullable String owner,
            @Nullable String tag,
            @Nullable String label,
            @Nullable String updatedSince,
            @Nullable Search search) {
        this(limit, beforeId, active, owner, tag, label, null, updatedSince, search);
    }

    /// Without label, time and search.
    public Query(
            int limit,
            @Nullable String beforeId,
            @Nullable Boolean active,
            @Nullable String owner,
            @Nullable String tag) {
        this(limit, beforeId, active, owner, tag, null, null, null);
    }
}
