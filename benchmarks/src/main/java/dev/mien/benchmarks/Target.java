package dev.mien.benchmarks;

import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/// A server under load, and what is counted around it.
///
/// @param workers how many worker processes it has
/// @param residentBytes what the largest of them takes in memory
/// @param serverCpu what its workers have used so far, in nanoseconds
/// @param databaseCpu what its database has used so far; always 0 where that is in the workers
/// @param statements how many statements the database has run so far; always 0 likewise
record Target(
        InetSocketAddress address,
        int workers,
        LongSupplier residentBytes,
        LongSupplier serverCpu,
        LongSupplier databaseCpu,
        LongSupplier statements) {
    private static final byte[] LIVEZ = Requests.get("/livez");

    static Target of(Server server) {
        return new Target(
                server.address(), server.workers(), server::residentBytes, server::cpuNanos, () -> 0, () -> 0);
    }

    /// The constant answer that all else is compared with.
    Load livez() {
        return new Load("livez", "", this, Requests.always(LIVEZ), 200, 1, 0);
    }
}
