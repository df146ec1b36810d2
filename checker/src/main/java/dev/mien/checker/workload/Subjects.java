package dev.mien.checker.workload;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The documents of one run: those that the clients work on now, and all that there ever were.
///
/// They stand in numbered places. The first tenth of the places is hot: half of all choices fall on it, so that
/// requests for one document meet; the others are cold. Every fourth place is a user's. A document leaves its place
/// when a newer one takes it.
final class Subjects {
    /// A request to create a document that was not answered with one. Its id is unknown, but not what it wrote.
    record Orphan(Operation create, Collection collection, String username) {}

    private final AtomicReferenceArray<@Nullable Subject> places;
    private final int hot;
    private final Set<Key> all = new HashSet<>();
    private final List<Orphan> orphans = new ArrayList<>();

    Subjects(int keys) {
        this.places = new AtomicReferenceArray<>(keys);
        this.hot = Math.max(2, keys / 10);
    }

    int place(Random random) {
        return random.nextBoolean() ? random.nextInt(hot) : random.nextInt(places.length());
    }

    static Collection collection(int place) {
        return place % 4 == 3 ? Collection.USERS : Collection.PERSONAS;
    }

    /// Who stands there, null while nobody does.
    @Nullable Subject at(int place) {
        return places.get(place);
    }

    void put(int place, Subject subject) {
        know(subject.key());
        places.set(place, subject);
    }

    /// A document that may be there, and is to be read at rest.
    synchronized void know(Key key) {
        all.add(key);
    }

    /// Those that are worked on now.
    List<Key> current() {
        var keys = new ArrayList<Key>();
        for (int place = 0; place < places.length(); place++) {
            var subject = places.get(place);
            if (subject != null) {
                keys.add(subject.key());
            }
        }
        return keys;
    }

    synchronized List<Key> all() {
        return List.copyOf(all);
    }

    synchronized void add(Orphan orphan) {
        orphans.add(orphan);
    }

    synchronized List<Orphan> orphans() {
        return List.copyOf(orphans);
    }
}
