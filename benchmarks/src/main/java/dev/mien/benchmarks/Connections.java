package dev.mien.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Open connections to one server, and the two ways to put load on it.
final class Connections implements AutoCloseable {
    private static final long BETWEEN_OPENINGS_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Selector selector = Selector.open();
    private final List<Connection> connections = new ArrayList<>();

    /// Opens them a little apart from each other: of processes that share a listening socket, the one that wakes up
    /// first would else take all of them.
    Connections(InetSocketAddress server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(BETWEEN_OPENINGS_NANOS);
            var connection = new Connection(server);
            connection.register(selector);
            connections.add(connection);
        }
    }

    /// What came of a load.
    ///
    /// @param failures answers with another status than the expected one
    /// @param latency in nanoseconds
    record Answered(long count, long failures, long nanos, Histogram latency) {}

    private static Histogram histogram() {
        return new Histogram(LONGEST_NANOS, 3);
    }

    /// A closed loop: each connection sends its next request when the last one is answered. Says how much a server can
    /// do. Its latencies tell little about a server's pauses, because nobody comes while it pauses.
    Answered closedLoop(Requests requests, int expectedStatus, long durationNanos) throws IOException {
        var latency = histogram();
        long failures = 0;
        long begun = System.nanoTime();
        long end = begun + durationNanos;
        for (var connection : connections) {
            connection.intendedAt = System.nanoTime();
            connection.send(requests);
        }
        int underWay = connections.size();
        while (underWay > 0) {
            selector.select();
            for (var key : selector.selectedKeys()) {
                var connection = (Connection) key.attachment();
                if (!connection.receive()) {
                    continue;
                }
                long now = System.nanoTime();
                latency.recordValue(Math.min(now - connection.intendedAt, LONGEST_NANOS));
                failures += connection.status() == expectedStatus ? 0 : 1;
                if (now < end) {
                    connection.intendedAt = now;
                    connection.send(requests);
                } else {
                    underWay--;
                }
            }
            selector.selectedKeys().clear();
        }
        return new Answered(latency.getTotalCount(), failures, System.nanoTime() - begun, latency);
    }

    /// An open loop: requests come at a fixed rate, whether the server keeps up or not. Latency counts from the moment
    /// at which a request should have been sent, so one that had to wait for a free connection, because the server
    /// paused, counts as slow (no coordinated omission).
    ///
    /// One thread sends at the planned times, the calling one receives. A connection belongs to the sender from when it
    /// is taken from `free` to when its request is written, and else to the receiver.
    Answered openLoop(Requests requests, int expectedStatus, double perSecond, long durationNanos)
            throws IOException, InterruptedException {
        var latency = histogram();
        long total = Math.max(1, Math.round(durationNanos / 1e9 * perSecond));
        var free = new ArrayBlockingQueue<>(connections.size(), false, connections);
        var broken = new AtomicReference<@Nullable Exception>();
        long begun = System.nanoTime();
        var sender = Thread.ofPlatform().name("sender").start(() -> {
            try {
                sendAll(requests, total, begun, 1e9 / perSecond, free);
            } catch (IOException | InterruptedException e) {
                broken.set(e);
                selector.wakeup();
            }
        });
        long failures = 0;
        for (long answered = 0; answered < total && broken.get() == null; ) {
            selector.select();
            for (var key : selector.selectedKeys()) {
                var connection = (Connection) key.attachment();
                if (connection.receive()) {
                    latency.recordValue(Math.min(System.nanoTime() - connection.intendedAt, LONGEST_NANOS));
                    failures += connection.status() == expectedStatus ? 0 : 1;
                    answered++;
                    free.add(connection);
                }
            }
            selector.selectedKeys().clear();
        }
        sender.join();
        if (broken.get() != null) {
            throw new IOException("the sender broke", broken.get());
        }
        return new Answered(latency.getTotalCount(), failures, System.nanoTime() - begun, latency);
    }

    private static void sendAll(
            Requests requests, long total, long begun, double intervalNanos, ArrayBlockingQueue<Connection> free)
            throws IOException, InterruptedException {
        for (long i = 0; i < total; i++) {
            long intendedAt = begun + (long) (i * intervalNanos);
            for (long wait = intendedAt - System.nanoTime(); wait > 0; wait = intendedAt - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            var connection = free.take();
            connection.intendedAt = intendedAt;
            connection.send(requests);
        }
    }

    @Override
    public void close() throws IOException {
        for (var connection : connections) {
            connection.close();
        }
        selector.close();
    }
}
