package dev.mien.checker.broken;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/// What is wrong with a [BrokenServer], in plain words.
@SuppressWarnings("ImmutableEnumChecker") // Each supplier is a method that keeps nothing.
public enum Flaw {
    NONE("nothing", Worker::workers),
    IDENTITY_MAP("an identity map that updates by statement do not reach", IdentityMap::workers),
    IDENTITY_MAP_OF_OTHERS("an identity map that only the worker that wrote expires", IdentityMapOfOthers::workers),
    TIMED_CACHE("a cache whose entries live for a minute", TimedCache::workers),
    STALE_WHILE_REVALIDATE("a cache that answers first and refreshes afterwards", StaleWhileRevalidate::workers),
    SLOW_REFILL("a cache that a slow reader refills after its invalidation", SlowRefill::workers),
    REPLY_BEFORE_COMMIT("a write that is answered before it is committed", ReplyBeforeCommit::workers),
    LOST_UPDATE("a patch of a copy that was read before the transaction", LostUpdate::workers),
    COMMIT_REPORTED_AS_FAILED("a commit that landed and is reported as failed", CommitReportedAsFailed::workers),
    OLD_LISTS("lists from a copy that is renewed now and then", OldLists::workers),
    REPEATING_COUNTER("a change counter that repeats itself after a restart", RepeatingCounter::workers),
    SHARED_CHECK("a freshness check shared by requests that came after it began", SharedCheck::workers);

    private final String description;
    private final Supplier<IntFunction<Worker>> workers;

    Flaw(String description, Supplier<IntFunction<Worker>> workers) {
        this.description = description;
        this.workers = workers;
    }

    /// The workers of one server, by their number from 1, over an empty database.
    IntFunction<Worker> workers() {
        return workers.get();
    }

    /// For the name of a test and for a table: `a cache whose entries live for a minute`.
    @Override
    public String toString() {
        return description;
    }
}
