package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeSource;
import dev.mien.store.Collection;
import dev.mien.store.Found;
import dev.mien.store.ReadMode;
import dev.mien.store.Store;
import org.jspecify.annotations.Nullable;

/// A store that keeps documents of another one in memory and is never stale. The other one may be written by anybody at
/// the same time.
///
/// A document that is kept is answered after a [FreshnessCheck] that was sent after the read began. One that is not
/// kept is read from the database, which is as fresh by itself, and kept in the [Epoch] of the checks so far. Lists,
/// reads by other members and edits go straight to the database; this worker's own edits come back through the log like
/// everybody else's.
public final class CoherentStore extends ForwardingStore {
    private final CacheConfig config;
    private final FreshnessCheck check;

    /// @param database closed with this store
    /// @param changes the log of the same database
    public CoherentStore(Store database, ChangeSource changes, CacheConfig config) {
        this(database, config, new FreshnessCheck(changes, config));
    }

    CoherentStore(Store database, CacheConfig config, FreshnessCheck check) {
        super(database);
        this.config = config;
        this.check = check;
    }

    @Override
    public Found find(Collection collection, String id) {
        var epoch = check.current();
        var key = new Key(collection.name(), id);
        if (epoch != null && !epoch.has(key)) {
            var fill = epoch.begin(key);
            if (fill != null) {
                return fill(epoch, fill, collection, id);
            }
        }
        return findKept(check.await(), key, collection, id);
    }

    @Override
    public Found find(Collection collection, String id, ReadMode mode) {
        var found = switch (mode) {
            case ReadMode.Strong strong -> find(collection, id);
            case ReadMode.AtLeast atLeast -> findAtLeast(atLeast, collection, id);
            case ReadMode.MaxStale maxStale -> findMaxStale(maxStale, collection, id);
        };
        mode.requireMetBy(found.asOf());
        return found;
    }

    private Found findAtLeast(ReadMode.AtLeast mode, Collection collection, String id) {
        var epoch = check.current();
        if (epoch == null || !epoch.hasReached(mode.token())) {
            epoch = check.await();
            mode.requireMetBy(epoch.head());
        }
        return findKept(epoch, new Key(collection.name(), id), collection, id);
    }

    private Found findMaxStale(ReadMode.MaxStale mode, Collection collection, String id) {
        var kept = recall(collection, id, mode);
        return kept != null ? kept : find(collection, id);
    }

    /// The answer that the mode allows without a question to the database; null if there is none.
    @Nullable Found recall(Collection collection, String id, ReadMode mode) {
        var epoch = check.current();
        if (epoch == null) {
            return null;
        }
        var key = new Key(collection.name(), id);
        return switch (mode) {
            case ReadMode.Strong strong -> null;
            case ReadMode.AtLeast atLeast -> epoch.hasReached(atLeast.token()) ? epoch.lookup(key) : null;
            case ReadMode.MaxStale maxStale -> recallMaxStale(maxStale, epoch, key);
        };
    }

    /// The entry is picked between the two looks at the clock's past and present, so a pause anywhere in here makes the
    /// age larger and never smaller.
    private static @Nullable Found recallMaxStale(ReadMode.MaxStale mode, Epoch epoch, Key key) {
        long checkedAt = epoch.checkedAt();
        var kept = epoch.lookup(key);
        return kept != null && System.nanoTime() - checkedAt <= mode.age().toNanos() ? kept : null;
    }

    /// A state of the store, and a time ([System#nanoTime()]) since when it has been known: it has everything that was
    /// acknowledged before.
    record Checked(RevisionToken head, long begunAt) {}

    /// What the last check proved; null if none stands. The time is read first: a check that ends in between makes the
    /// state newer than the time asks for, and never older.
    @Nullable Checked lastCheck() {
        var epoch = check.current();
        if (epoch == null) {
            return null;
        }
        long begunAt = epoch.checkedAt();
        return new Checked(epoch.head(), begunAt);
    }

    /// The document in a state that the epoch has reached or a newer one. Readers of one document let one of them fill,
    /// and then look again: what they find is vouched for by the epoch and not by when the fill began.
    private Found findKept(Epoch epoch, Key key, Collection collection, String id) {
        long deadline = System.nanoTime() + config.checkTimeout().toNanos();
        while (true) {
            var kept = epoch.lookup(key);
            if (kept != null) {
                return kept;
            }
            var own = epoch.begin(key);
            if (own != null) {
                return fill(epoch, own, collection, id);
            }
            var other = epoch.fillOf(key);
            if (other != null && !other.await(deadline - System.nanoTime())) {
                return store().find(collection, id);
            }
        }
    }

    private Found fill(Epoch epoch, Fill fill, Collection collection, String id) {
        RuntimeException failure = null;
        try {
            var found = store().find(collection, id);
            epoch.keep(fill, found);
            return found;
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            epoch.end(fill, failure);
        }
    }

    @Override
    public RevisionToken lastSeen() {
        var seen = store().lastSeen();
        var head = check.newestHead();
        boolean isAhead =
                head != null && head.incarnation().equals(seen.incarnation()) && head.revision() > seen.revision();
        return head != null && isAhead ? head : seen;
    }

    @Override
    public void checkReady() {
        store().checkReady();
        check.await();
    }
}
