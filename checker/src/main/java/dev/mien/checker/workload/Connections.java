package dev.mien.checker.workload;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connections that all clients share. Each operation takes one at random, so it goes to any worker, and what one
/// client does in order happens on several workers in order.
///
/// There are twice as many as clients, so there is always a choice. A connection is given up after some hundred
/// requests, because a worker that starts anew gets new connections only.
final class Connections implements AutoCloseable {
    private static final int MEAN_REQUESTS = 200;

    private final Supplier<List<URI>> addresses;
    private final Duration patience;
    private final List<@Nullable Connection> free = new ArrayList<>();

    Connections(Supplier<List<URI>> addresses, int clients, Duration patience) {
        this.addresses = addresses;
        this.patience = patience;
        for (int i = 0; i < 2 * clients; i++) {
            free.add(null);
        }
    }

    /// One that nobody else uses until it is given back. The caller gives back [#none] if this throws.
    ///
    /// @throws IOException when nobody accepts a new connection
    Connection take(Random random) throws IOException {
        var connection = takeAny(random);
        if (connection != null && connection.isOpen()) {
            return connection;
        }
        var known = addresses.get();
        return new Connection(known.get(random.nextInt(known.size())), patience);
    }

    private synchronized @Nullable Connection takeAny(Random random) {
        int chosen = random.nextInt(free.size());
        var connection = free.get(chosen);
        free.set(chosen, free.getLast());
        free.removeLast();
        return connection;
    }

    void giveBack(Connection connection, Random random) {
        if (random.nextInt(MEAN_REQUESTS) == 0) {
            connection.close();
        }
        put(connection.isOpen() ? connection : null);
    }

    /// Gives back the place of a connection that could not be made.
    void none() {
        put(null);
    }

    private synchronized void put(@Nullable Connection connection) {
        free.add(connection);
    }

    @Override
    public synchronized void close() {
        for (var connection : free) {
            if (connection != null) {
                connection.close();
            }
        }
    }
}
