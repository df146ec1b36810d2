package dev.mien.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mien.api.RevisionToken;
import dev.mien.store.Changes;
import dev.mien.store.Changes.Change;
import dev.mien.store.Document;
import dev.mien.store.Found;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The entries of one unbroken stretch of one history: as long as every check succeeds and continues the one before it.
/// To empty the cache is to leave its epoch behind; nobody looks into it again, so nothing that arrives there late,
/// such as a fill that was paused, can come back into use.
///
/// **Invariant: no change of an entry's document in `(entry.asOf, applied]` exists.** So the entry is what the document
/// was in every state from `asOf` up to `applied`, if that is the later one. It is kept by three steps, all under this
/// object's monitor:
///
/// - A change is applied by removing the entry if it is older than the change, *before* `applied` moves on to it.
/// - A fill is registered *before* its statement is sent. A change that is applied meanwhile leaves its revision in the
///   fill, which is kept only if it reflects that change. The statement's state cannot be older than `begunAt`, so
///   every change that could be missing in it is either in it or left in the fill.
/// - An entry that reflects more than has been applied yet stays when the older changes come: it has them already.
///
/// Readers look into the map without the monitor. They read `applied` first and the entry then; whatever entry they
/// find, the invariant held for it at that moment and `applied` had at least that value.
class Epoch {
    /// What an entry takes besides its JSON: key, entry, document, the map's node and the texts in them.
    private static final int OVERHEAD_BYTES = 512;

    private record Entry(@Nullable Document document, long asOf) {}

    private final String incarnation;
    private final String timeline;
    private final Cache<Key, Entry> entries;
    /// Guarded by `this`.
    private final Map<Key, Fill> fills = new HashMap<>();

    private volatile long applied;
    private volatile long checkedAt;

    /// @param head the state to begin with: nothing is kept, so nothing has to be known of what was before
    Epoch(RevisionToken head, String timeline, CacheConfig config) {
        this.incarnation = head.incarnation();
        this.timeline = timeline;
        this.applied = head.revision();
        this.entries = bounded(config, Entry::document);
    }

    /// A cache that takes no more than it may.
    static <E> Cache<Key, E> bounded(CacheConfig config, Function<E, @Nullable Document> document) {
        // An entry weighs no less than its share, so the bound on bytes is also the bound on entries.
        int share = (int) Math.ceilDiv(config.maximumBytes(), config.maximumEntries());
        return Caffeine.newBuilder()
                .maximumWeight(config.maximumBytes())
                .weigher((Key key, E entry) -> Math.max(share, weight(key, document.apply(entry))))
                .executor(Runnable::run)
                .build();
    }

    private static int weight(Key key, @Nullable Document document) {
        int json = document == null ? 0 : document.json().length;
        return OVERHEAD_BYTES + 2 * key.id().length() + json;
    }

    /// The newest state whose changes have all been applied.
    RevisionToken head() {
        return new RevisionToken(incarnation, applied);
    }

    long applied() {
        return applied;
    }

    /// The time ([System#nanoTime()]) at which the last successful check began.
    long checkedAt() {
        return checkedAt;
    }

    void checked(long begunAt) {
        checkedAt = begunAt;
    }

    boolean hasReached(RevisionToken token) {
        return token.incarnation().equals(incarnation) && token.revision() <= applied;
    }

    /// Why the answer does not continue this epoch; null if it does.
    @Nullable String breakIn(Changes answer) {
        if (!answer.head().incarnation().equals(incarnation)) {
            return "the store has another history, " + answer.head().incarnation() + " instead of " + incarnation;
        }
        if (!answer.timeline().equals(timeline)) {
            return "the database server began a new life, " + answer.timeline() + " after " + timeline;
        }
        if (answer.head().revision() < applied) {
            return "the store went back from " + applied + " to "
                    + answer.head().revision();
        }
        if (answer.floor() > applied) {
            return "the changes after " + applied + " were trimmed up to " + answer.floor();
        }
        return gapIn(answer);
    }

    private @Nullable String gapIn(Changes answer) {
        long expected = applied;
        for (var change : answer.changes()) {
            expected++;
            if (change.revision() != expected || expected > answer.head().revision()) {
                return "change " + expected + " is missing in the log";
            }
        }
        boolean stuck = answer.changes().isEmpty() && answer.head().revision() > applied;
        return stuck ? "change " + (expected + 1) + " is missing in the log" : null;
    }

    /// Takes changes that follow the applied ones without a gap.
    synchronized void apply(List<Change> changes) {
        for (var change : changes) {
            invalidate(new Key(change.collection(), change.id()), change);
            applied = change.revision();
        }
    }

    void invalidate(Key key, Change change) {
        entries.asMap().computeIfPresent(key, (same, entry) -> entry.asOf() < change.revision() ? null : entry);
        var fill = fills.get(key);
        if (fill != null) {
            fill.lastChange = change.revision();
        }
    }

    boolean has(Key key) {
        return entries.asMap().containsKey(key);
    }

    /// The document as it was in a state not older than what had been applied when this was called; null if it is not
    /// known here. That no such document exists may be known, too.
    @Nullable Found lookup(Key key) {
        long reflected = applied();
        var entry = entries.getIfPresent(key);
        return entry == null
                ? null
                : new Found(entry.document(), new RevisionToken(incarnation, Math.max(reflected, entry.asOf())));
    }

    /// Registers a fill, whose statement may be sent from now on; null if one of this document is under way. Whoever
    /// gets it must [#end] it.
    synchronized @Nullable Fill begin(Key key) {
        var fill = new Fill(key, applied);
        return fills.putIfAbsent(key, fill) == null ? fill : null;
    }

    /// The fill of this document that is under way; null for none.
    synchronized @Nullable Fill fillOf(Key key) {
        return fills.get(key);
    }

    /// Takes what a fill has brought, unless something newer was applied meanwhile.
    synchronized void keep(Fill fill, Found found) {
        if (isCurrent(fill, found.asOf())) {
            entries.put(fill.key(), new Entry(found.document(), found.asOf().revision()));
        }
    }

    boolean isCurrent(Fill fill, RevisionToken asOf) {
        return asOf.incarnation().equals(incarnation)
                && asOf.revision() >= fill.begunAt()
                && asOf.revision() >= fill.lastChange;
    }

    /// @param failure null if the fill brought an answer, kept or not
    void end(Fill fill, @Nullable RuntimeException failure) {
        synchronized (this) {
            fills.remove(fill.key(), fill);
        }
        fill.end(failure);
    }
}
