package dev.mien.cache;

import static dev.mien.cache.FakeDatabase.PERSONAS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// How many strong reads does one check serve, and how many are there in a second? Virtual threads read 16 documents
/// that never change, one after another without a pause; a check sleeps for the given time on its reader's thread, as
/// if it waited for a socket. After a second of warming up, each number of readers is counted for two.
///
/// Run by hand: `java -cp <test classpath> dev.mien.cache.CoherentStoreMeasurement [check in µs] [work per read in
/// µs]`, where the work takes the processor, as the rest of a request does.
final class CoherentStoreMeasurement {
    private CoherentStoreMeasurement() {}

    public static void main(String[] arguments) throws InterruptedException {
        long checkNanos = arguments.length == 0 ? 100_000 : Long.parseLong(arguments[0]) * 1_000;
        long workNanos = arguments.length < 2 ? 0 : Long.parseLong(arguments[1]) * 1_000;
        for (int readers : new int[] {64, 1, 8, 64, 512}) {
            measure(readers, checkNanos, workNanos);
        }
    }

    /// Takes the processor for this long, as the rest of a request does.
    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static void measure(int readers, long checkNanos, long workNanos) throws InterruptedException {
        var database = new FakeDatabase();
        for (int i = 0; i < 16; i++) {
            database.put("" + i, "x".repeat(1_000));
        }
        database.hook = (point, id) -> {
            if (point == FakeDatabase.Point.CHECK_SENT && checkNanos > 0) {
                LockSupport.parkNanos(checkNanos);
            }
        };
        var store = Flaw.NONE.store(database, Scenario.config(Duration.ofSeconds(10)));
        var reads = new LongAdder();
        var stop = new AtomicBoolean();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < readers; i++) {
            int first = i;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int next = first; !stop.get(); next++) {
                    store.find(PERSONAS, "" + next % 16);
                    spin(workNanos);
                    reads.increment();
                }
            }));
        }
        Thread.sleep(1_000);
        long readsBefore = reads.sum();
        long checksBefore = database.checks.get();
        long begun = System.nanoTime();
        Thread.sleep(2_000);
        double seconds = (System.nanoTime() - begun) / 1e9;
        long counted = reads.sum() - readsBefore;
        long checks = database.checks.get() - checksBefore;
        stop.set(true);
        for (var thread : threads) {
            thread.join();
        }
        System.out.printf(
                "%d readers: %.0f reads/s, %.0f checks/s, %.1f reads per check, %.0f µs per read%n",
                readers,
                counted / seconds,
                checks / seconds,
                (double) counted / checks,
                readers * seconds * 1e6 / counted);
    }
}
