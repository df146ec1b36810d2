package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.AsOf;
import dev.mien.store.Collection;
import dev.mien.store.Found;
import dev.mien.store.Listing;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Replica;
import dev.mien.store.Store;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A store that has weaker reads answered by a [Replica] where the replica's answer is what they ask for. Everything
/// else goes on as without it: strong reads, edits, and every read for which the replica has no such answer.
///
/// **Invariant: an answer of the replica is used only if its own state proves it.** It comes with the state `asOf` of
/// the store's history that it reflects, of one snapshot.
///
/// - *At least a token*: `asOf` has reached the token.
/// - *At most so old*: `asOf` has reached the head `H` that a freshness check saw, which began at `b`. `H` has
///   everything that was acknowledged before `b`, and so has the answer. `b` and `H` are looked up first, the replica
///   is asked then, and last the clock must say that `b` is at most the age ago. Hence a pause anywhere in between
///   makes the age larger; what the clock allowed before the answer was there would be no proof.
///
/// **Nothing that the replica says is remembered.** Its answers go into no cache and move no revision that this worker
/// has seen. One that lags is not a store that went back; one that is ahead (it may show a commit before the primary
/// does) does not make the primary look as if it had gone back.
public final class ReplicaStore extends ForwardingStore {
    private final @Nullable CoherentStore cache;
    private final Replica replica;

    /// @param store closed with this one, as is the replica
    /// @param cache the store, if it is one that keeps documents in memory and checks how fresh they are; null if not
    public ReplicaStore(Store store, @Nullable CoherentStore cache, Replica replica) {
        super(store);
        this.cache = cache;
        this.replica = replica;
    }

    @Override
    public Found find(Collection collection, String id, ReadMode mode) {
        var kept = cache == null ? null : cache.recall(collection, id, mode);
        if (kept != null) {
            return kept;
        }
        var found = ask(mode, () -> replica.find(collection, id));
        return found != null ? found : store().find(collection, id, mode);
    }

    @Override
    public Found findBy(Collection collection, String field, String value, ReadMode mode) {
        var found = ask(mode, () -> replica.findBy(collection, field, value));
        return found != null ? found : store().findBy(collection, field, value, mode);
    }

    @Override
    public Listing list(Collection collection, Query query, ReadMode mode) {
        var listing = ask(mode, () -> replica.list(collection, query));
        return listing != null ? listing : store().list(collection, query, mode);
    }

    /// The replica's answer; null if it has none, or none that is what the mode asks for.
    private <T extends AsOf> @Nullable T ask(ReadMode mode, Supplier<@Nullable T> question) {
        if (store().isLost()) {
            return null;
        }
        return switch (mode) {
            case ReadMode.Strong strong -> null;
            case ReadMode.AtLeast atLeast -> askAtLeast(atLeast.token(), question);
            case ReadMode.MaxStale maxStale -> askMaxStale(maxStale, question);
        };
    }

    private <T extends AsOf> @Nullable T askAtLeast(RevisionToken token, Supplier<@Nullable T> question) {
        if (!token.incarnation().equals(store().lastSeen().incarnation())) {
            return null;
        }
        var answer = question.get();
        return answer != null && hasReached(answer.asOf(), token) ? answer : null;
    }

    private <T extends AsOf> @Nullable T askMaxStale(ReadMode.MaxStale mode, Supplier<@Nullable T> question) {
        var checked = cache == null ? null : cache.lastCheck();
        if (checked == null || !isWithin(mode, checked)) {
            return null;
        }
        var answer = question.get();
        return answer != null && hasReached(answer.asOf(), checked.head()) && isWithin(mode, checked) ? answer : null;
    }

    private static boolean isWithin(ReadMode.MaxStale mode, CoherentStore.Checked checked) {
        return System.nanoTime() - checked.begunAt() <= mode.age().toNanos();
    }

    private static boolean hasReached(RevisionToken state, RevisionToken token) {
        return state.incarnation().equals(token.incarnation()) && state.revision() >= token.revision();
    }

    @Override
    public void close() {
        replica.close();
        store().close();
    }
}
