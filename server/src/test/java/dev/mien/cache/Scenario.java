package dev.mien.cache;

import static dev.mien.cache.FakeDatabase.PERSONAS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.cache.FakeDatabase.Point;
import dev.mien.store.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// A fake database, a store in front of it, and threads that can be stopped between any two statements.
final class Scenario implements AutoCloseable {
    static final Duration PATIENT = Duration.ofSeconds(30);

    final FakeDatabase database = new FakeDatabase();
    final CoherentStore store;
    private final List<Gate> gates = new ArrayList<>();

    Scenario(Flaw flaw, CacheConfig config) {
        store = flaw.store(database, config);
        database.hook = this::at;
    }

    Scenario(Flaw flaw) {
        this(flaw, config(PATIENT));
    }

    static CacheConfig config(Duration checkTimeout) {
        return config(checkTimeout, 0);
    }

    static CacheConfig config(Duration checkTimeout, int readsBeforeKeeping) {
        return new CacheConfig(true, 16 << 20, 30_000, checkTimeout, readsBeforeKeeping);
    }

    /// Stops the first thread that comes to a point.
    static final class Gate {
        private final Point point;
        private final String id;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private boolean used;

        private Gate(Point point, String id) {
            this.point = point;
            this.id = id;
        }

        Gate awaitReached() {
            pass(reached);
            return this;
        }

        void open() {
            open.countDown();
        }
    }

    Gate stopAt(Point point, String id) {
        var gate = new Gate(point, id);
        synchronized (gates) {
            gates.add(gate);
        }
        return gate;
    }

    private void at(Point point, String id) {
        Gate stop = null;
        synchronized (gates) {
            for (var gate : gates) {
                if (stop == null && !gate.used && gate.point == point && gate.id.equals(id)) {
                    gate.used = true;
                    stop = gate;
                }
            }
        }
        if (stop != null) {
            stop.reached.countDown();
            pass(stop.open);
        }
    }

    private static void pass(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// A read on a thread of its own.
    static final class Reading<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Thread thread;

        Reading(Supplier<T> read) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(read.get());
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            });
        }

        Reading<T> awaitWaiting() {
            await().atMost(PATIENT)
                    .until(() -> thread.getState() == Thread.State.WAITING
                            || thread.getState() == Thread.State.TIMED_WAITING);
            return this;
        }

        void awaitWaitingOrEnded() {
            await().atMost(PATIENT)
                    .until(() -> answer.isDone()
                            || thread.getState() == Thread.State.WAITING
                            || thread.getState() == Thread.State.TIMED_WAITING);
        }

        void interrupt() {
            thread.interrupt();
        }

        T get() {
            try {
                return answer.get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new AssertionError(e.getCause());
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }
    }

    Reading<String> reading(String id) {
        return new Reading<>(() -> read(id));
    }

    /// The document's text; "" where there is none.
    String read(String id) {
        return text(store.find(PERSONAS, id));
    }

    static String text(Found found) {
        return found.document() == null ? "" : FakeDatabase.text(found.document());
    }

    /// Writes the document, and reads it until it is kept.
    void keep(String id, String text) {
        database.put(id, text);
        keep(id);
    }

    void keep(String id) {
        read(id);
        read(id);
        long finds = database.finds.get();
        read(id);
        assertThat(database.finds).hasValue(finds);
    }

    /// Has every change applied that there is, without a look at any document but this kept one.
    void check() {
        store.checkReady();
    }

    @Override
    public void close() {
        synchronized (gates) {
            gates.forEach(Gate::open);
        }
    }
}
