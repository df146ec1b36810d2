package dev.mien.checker.workload;

import java.time.Duration;

/// What the clients do.
///
/// @param seed of everything that the clients choose; how their requests interleave is not repeatable
/// @param duration how long they go on
/// @param clients how many send requests at the same time
/// @param keys how many documents they work on at a time; every fourth is a user, every tenth is hot
/// @param writeShare how many of the requests are writes, from 0 to 1
/// @param patience how long a client waits for an answer
/// @param documentsOnly whether the server has documents and nothing else: no histories, labels, search and keys of
/// requests
public record WorkloadConfig(
        long seed,
        Duration duration,
        int clients,
        int keys,
        double writeShare,
        Duration patience,
        boolean documentsOnly) {
    /// The work for a server that has all of the API.
    public WorkloadConfig(long seed, Duration duration, int clients, int keys, double writeShare, Duration patience) {
        this(seed, duration, clients, keys, writeShare, patience, false);
    }

    public WorkloadConfig {
        if (!duration.isPositive() || !patience.isPositive()) {
            throw new IllegalArgumentException("a run takes some time");
        }
        if (clients < 1 || clients > 1_000) {
            throw new IllegalArgumentException("there are 1 to 1000 clients, not " + clients);
        }
        if (keys < 4 || keys > 100_000) {
            throw new IllegalArgumentException("there are 4 to 100000 keys, not " + keys);
        }
        if (!(writeShare > 0 && writeShare < 1)) {
            throw new IllegalArgumentException("the share of writes lies between 0 and 1, not at " + writeShare);
        }
    }
}
