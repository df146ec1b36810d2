package dev.mien.feed;

import dev.mien.http.Json;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Store;
import org.jspecify.annotations.Nullable;

/// Finds out whose a change is. Versions never change, so whoever asks, and when, finds the same, until one is erased.
final class Belongings {
    private final Store store;
    private final Collection personas;

    Belongings(Store store, Collection personas) {
        this.store = store;
        this.personas = personas;
    }

    Belonging of(Event event) {
        var document = event.document();
        if (document == null) {
            return Belonging.UNKNOWN;
        }
        if (event.kind() == Kind.LABEL) {
            var target = Json.parseStored(document.json()).path("target");
            return target.isIntegralNumber()
                    ? Belonging.of(version(event.subject(), target.longValue()))
                    : Belonging.UNKNOWN;
        }
        var fields = event.version().fields();
        return fields.contains("owner_id") || fields.contains("tags")
                ? Belonging.of(document, version(event.id(), event.version().version() - 1))
                : Belonging.of(document);
    }

    private @Nullable Document version(String id, long version) {
        var found = store.findVersion(personas, id, version).version();
        return found == null ? null : found.document();
    }
}
