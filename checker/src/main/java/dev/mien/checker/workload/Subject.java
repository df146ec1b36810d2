package dev.mien.checker.workload;

import dev.mien.checker.history.Key;
import org.jspecify.annotations.Nullable;

/// A document that the clients know of.
final class Subject {
    /// One version of it, as a client may name it in a condition.
    ///
    /// @param word what it may be found by; null where the answer showed none
    record Sighting(
            String etag,
            long version,
            long revision,
            @Nullable String word) {}

    private final Collection collection;
    private final Key key;
    private final String username;
    private final long knownNanos;
    private volatile Sighting newest;
    private volatile @Nullable Subject label;

    /// @param username empty for what is no user
    /// @param first what its creation answered
    /// @param knownNanos when its creation had been answered
    Subject(Collection collection, Key key, String username, Sighting first, long knownNanos) {
        this.collection = collection;
        this.key = key;
        this.username = username;
        this.newest = first;
        this.knownNanos = knownNanos;
    }

    Collection collection() {
        return collection;
    }

    Key key() {
        return key;
    }

    String username() {
        return username;
    }

    long knownNanos() {
        return knownNanos;
    }

    String path() {
        return collection.path(key);
    }

    /// The label of this persona; null where it has none, as far as anybody knows.
    @Nullable Subject label() {
        return label;
    }

    void label(Subject label) {
        this.label = label;
    }

    /// About the newest version that anybody saw. Of two clients that tell at the same time one may be forgotten, which
    /// only makes a condition fail.
    Sighting newest() {
        return newest;
    }

    void saw(Sighting sighting) {
        if (sighting.version() > newest.version()) {
            newest = sighting;
        }
    }
}
