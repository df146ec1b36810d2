package dev.mien.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.mien.store.Collection;
import dev.mien.store.Found;
import dev.mien.store.Snapshots;
import dev.mien.store.Snapshots.Snapshot;
import dev.mien.store.Store;
import org.jspecify.annotations.Nullable;

/// A store that answers from memory as long as nothing was written: for a database in whose memory everybody can see
/// that. After a commit, whoever made it, it knows nothing, and reads from the database again.
///
/// **Invariant: an entry was read by a statement that began after its snapshot was the newest.** Whoever finds it and
/// sees after that that the snapshot still is the newest knows that nothing was committed since before the statement,
/// so the statement would find the same now. That holds whatever pauses in between: a fill that is late puts down an
/// entry with a snapshot that has passed, and nobody uses it.
///
/// Only what outlives a few hundred reads is kept: while commits follow each other closely, to keep documents which
/// nobody will ask for in time would only be work for the garbage collector, which takes them for long-lived ones.
///
/// No log is followed here, unlike in [CoherentStore]. So a change that no trigger has seen, made by hand, is as fresh
/// as every other.
public final class SnapshotStore extends ForwardingStore {
    /// A snapshot, and how many reads of it went to the database. Several threads count at once and may lose some,
    /// which only delays the keeping.
    private static final class State {
        private final Snapshot snapshot;
        private int reads;

        private State(Snapshot snapshot) {
            this.snapshot = snapshot;
        }
    }

    private record Entry(Found found, State state) {}

    private final Snapshots snapshots;
    private final int readsBeforeKeeping;
    private final Cache<Key, Entry> entries;
    private volatile @Nullable State latest;

    /// @param store closed with this one
    /// @param snapshots of the same database
    public SnapshotStore(Store store, Snapshots snapshots, CacheConfig config) {
        super(store);
        this.readsBeforeKeeping = config.readsBeforeKeeping();
        this.snapshots = snapshots;
        this.entries = Epoch.<Entry>bounded(config, entry -> entry.found().document());
    }

    @Override
    public Found find(Collection collection, String id) {
        var key = new Key(collection.name(), id);
        var entry = entries.getIfPresent(key);
        var newest = newest();
        if (entry != null && entry.state().equals(newest)) {
            return entry.found();
        }
        var found = store().find(collection, id);
        if (newest != null && newest.reads < readsBeforeKeeping) {
            newest.reads++;
        } else if (newest != null) {
            entries.put(key, new Entry(found, newest));
        }
        return found;
    }

    /// The newest state; the same object as long as it is the newest, so that entries can be told by it. Null where it
    /// cannot be told.
    private @Nullable State newest() {
        var known = latest;
        if (known != null && snapshots.isNewest(known.snapshot)) {
            return known;
        }
        var snapshot = snapshots.newest();
        var newest = snapshot == null ? null : new State(snapshot);
        latest = newest;
        return newest;
    }
}
