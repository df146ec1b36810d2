package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.Collection;
import dev.mien.store.Edit;
import dev.mien.store.Found;
import dev.mien.store.FoundVersion;
import dev.mien.store.History;
import dev.mien.store.HistoryConfig;
import dev.mien.store.Listing;
import dev.mien.store.Outcome;
import dev.mien.store.Pruned;
import dev.mien.store.Query;
import dev.mien.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/// A store that hands everything on to another one, for those that do some of it themselves.
abstract class ForwardingStore implements Store {
    private final Store store;

    /// @param store closed with this one
    ForwardingStore(Store store) {
        this.store = store;
    }

    /// The other one.
    final Store store() {
        return store;
    }

    @Override
    public Found find(Collection collection, String id) {
        return store.find(collection, id);
    }

    @Override
    public Found findBy(Collection collection, String field, String value) {
        return store.findBy(collection, field, value);
    }

    @Override
    public Listing list(Collection collection, Query query) {
        return store.list(collection, query);
    }

    @Override
    public FoundVersion findVersion(Collection collection, String id, long version) {
        return store.findVersion(collection, id, version);
    }

    @Override
    public FoundVersion findRevision(Collection collection, String id, long revision) {
        return store.findRevision(collection, id, revision);
    }

    @Override
    public History history(Collection collection, String id, long before, int limit) {
        return store.history(collection, id, before, limit);
    }

    @Override
    public Outcome commit(Edit edit) {
        return store.commit(edit);
    }

    @Override
    public List<Supplier<Outcome>> commitAll(List<Edit> edits) {
        return store.commitAll(edits);
    }

    @Override
    public Pruned prune(HistoryConfig rules, long after, Instant now) {
        return store.prune(rules, after, now);
    }

    @Override
    public boolean scrub() {
        return store.scrub();
    }

    @Override
    public RevisionToken lastSeen() {
        return store.lastSeen();
    }

    @Override
    public void checkReady() {
        store.checkReady();
    }

    @Override
    public boolean isLost() {
        return store.isLost();
    }

    @Override
    public void close() {
        store.close();
    }
}
