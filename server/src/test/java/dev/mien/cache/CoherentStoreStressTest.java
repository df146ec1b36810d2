package dev.mien.cache;

import static dev.mien.cache.FakeDatabase.PERSONAS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.cache.FakeDatabase.Point;
import dev.mien.store.Found;
import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Readers and writers in great disorder: several workers' stores in front of one database, with delays before and
/// after each statement, checks that fail, restarts and trimmed logs.
///
/// The database remembers every state, so each answer is checked exactly: it has to be what the document was in the
/// state that its token names, and not older than any write or read of the document that had ended before it began.
@org.junit.jupiter.api.Timeout(300)
class CoherentStoreStressTest {
    private static final int STORES = 3;
    private static final int READERS = 12;
    private static final int DOCUMENTS = 4;

    private static final ThreadLocal<Random> RANDOMS = new ThreadLocal<>();

    private static final class Run {
        private final Random seeds;
        private final FakeDatabase database = new FakeDatabase();
        private final List<CoherentStore> stores;
        /// For each document the revision of its newest change that somebody has been told of.
        private final List<AtomicLong> known =
                IntStream.range(0, DOCUMENTS).mapToObj(i -> new AtomicLong()).toList();

        private final AtomicReference<String> stale = new AtomicReference<>();
        private final AtomicReference<Throwable> broken = new AtomicReference<>();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong reads = new AtomicLong();
        private final AtomicLong unavailable = new AtomicLong();
        private final AtomicLong seenDuring = new AtomicLong();

        Run(Flaw flaw, long seed) {
            seeds = new Random(seed);
            database.put("before", "all");
            var config = new CacheConfig(true, 1 << 20, 1_000, Duration.ofSeconds(20), 0);
            stores = IntStream.range(0, STORES)
                    .mapToObj(i -> flaw.store(database, config))
                    .toList();
            database.hook = (point, id) -> delay(point);
        }

        private void delay(Point point) {
            var random = RANDOMS.get();
            if (point == Point.CHECK_SENT && random.nextInt(500) == 0) {
                throw new StoreUnavailableException("on purpose");
            }
            int choice = random.nextInt(20);
            if (choice == 0) {
                LockSupport.parkNanos(random.nextInt(2_000_000));
            } else if (choice < 8) {
                LockSupport.parkNanos(random.nextInt(50_000));
            }
        }

        /// @return the first stale answer in words, or null
        String run(Duration duration) throws InterruptedException {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < READERS; i++) {
                var store = stores.get(i % STORES);
                threads.add(start(random -> readOnce(store, random)));
            }
            threads.add(start(this::writeOnce));
            threads.add(start(this::writeOnce));
            threads.add(start(this::disturb));
            long end = System.nanoTime() + duration.toNanos();
            while (stale.get() == null && broken.get() == null && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            stop.set(true);
            for (var thread : threads) {
                thread.join();
            }
            assertThat(broken.get()).isNull();
            return stale.get();
        }

        private interface Action {
            void once(Random random);
        }

        private Thread start(Action action) {
            var random = new Random(seeds.nextLong());
            return Thread.ofVirtual().start(() -> {
                RANDOMS.set(random);
                try {
                    while (!stop.get()) {
                        action.once(random);
                    }
                } catch (RuntimeException | Error e) {
                    broken.compareAndSet(null, e);
                }
            });
        }

        private void writeOnce(Random random) {
            int document = random.nextInt(DOCUMENTS);
            String id = "document " + document;
            long revision = random.nextInt(4) == 0 ? database.delete(id) : database.put(id, "text " + random.nextInt());
            known.get(document).accumulateAndGet(revision, Math::max);
            LockSupport.parkNanos(random.nextInt(400_000));
        }

        private void disturb(Random random) {
            LockSupport.parkNanos(random.nextInt(20_000_000));
            if (random.nextBoolean()) {
                database.restart();
            } else {
                database.trim();
            }
        }

        private void readOnce(CoherentStore store, Random random) {
            int document = random.nextInt(DOCUMENTS);
            String id = "document " + document;
            long mustHave = known.get(document).get();
            Found found;
            try {
                found = store.find(PERSONAS, id);
            } catch (StoreUnavailableException e) {
                unavailable.incrementAndGet();
                return;
            }
            reads.incrementAndGet();
            long token = found.asOf().revision();
            long has = database.lastChange(id, token);
            String answer = "found " + found.document() + " as of " + token + ", where " + id + " was at " + has
                    + "; known before: " + mustHave;
            if (token > database.head().revision() || has < mustHave || !isTrue(found, has)) {
                stale.compareAndSet(null, answer);
            }
            if (has > mustHave) {
                seenDuring.incrementAndGet();
            }
            known.get(document).accumulateAndGet(has, Math::max);
        }

        private boolean isTrue(Found found, long revision) {
            return found.document() == null
                    ? !database.existedAfter(revision)
                    : database.existedAfter(revision) && found.document().revision() == revision;
        }
    }

    @Test
    void find_inGreatDisorder_isNeverStale() throws InterruptedException {
        long seed = System.nanoTime();
        var run = new Run(Flaw.NONE, seed);

        String stale = run.run(Duration.ofSeconds(4));

        System.out.printf(
                "seed %d: %d reads, %d of them with a change that came meanwhile, %d unavailable, %d checks, %d fills%n",
                seed,
                run.reads.get(),
                run.seenDuring.get(),
                run.unavailable.get(),
                run.database.checks.get(),
                run.database.finds.get());
        assertThat(stale).as("seed %d", seed).isNull();
        // Without hits and overlaps it would prove nothing.
        assertThat(run.database.finds.get()).isLessThan(run.reads.get());
        assertThat(run.seenDuring.get()).isGreaterThan(50);
        assertThat(run.unavailable.get()).isLessThan(run.reads.get() / 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"JOINS_LATE", "FAILURE_PASSES", "FILL_UNCHECKED", "ABSENCE_IS_FOR_EVER", "NO_TOMBSTONES"})
    void find_withTheFlaw_isCaught(Flaw flaw) throws InterruptedException {
        long seed = System.nanoTime();

        String stale = new Run(flaw, seed).run(Duration.ofSeconds(60));

        assertThat(stale).as("seed %d", seed).isNotNull();
    }
}
