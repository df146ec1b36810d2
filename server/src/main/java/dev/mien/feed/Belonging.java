package dev.mien.feed;

import dev.mien.http.Json;
import dev.mien.store.Document;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose a change is, for filters by owner and tag.
///
/// @param unknown whether nobody can tell any more, since the document is gone
record Belonging(boolean unknown, Set<String> owners, Set<String> tags) {
    static final Belonging UNKNOWN = new Belonging(true, Set.of(), Set.of());

    /// @param documents the personas that the change is about; null for one that is gone
    static Belonging of(@Nullable Document... documents) {
        var owners = new HashSet<String>();
        var tags = new HashSet<String>();
        for (var document : documents) {
            if (document == null) {
                return UNKNOWN;
            }
            var json = Json.parseStored(document.json());
            if (json.path("owner_id").isString()) {
                owners.add(json.path("owner_id").stringValue());
            }
            json.path("tags").forEach(tag -> {
                if (tag.isString()) {
                    tags.add(tag.stringValue());
                }
            });
        }
        return new Belonging(false, owners, tags);
    }
}
