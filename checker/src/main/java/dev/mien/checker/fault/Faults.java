package dev.mien.checker.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Injects one fault after the other in a thread of its own, for as long as it is open: all of them in a random order,
/// then all of them in another.
public final class Faults implements AutoCloseable {
    private static final int SHORTEST_REST_MILLIS = 200;
    private static final int LONGEST_REST_MILLIS = 2_000;

    private final List<Injector> injectors;
    private final Scene scene;
    private final Map<String, Long> failures = new TreeMap<>();
    private final Thread thread;

    /// @param injectors may be empty: then nothing is broken
    public Faults(List<Injector> injectors, Scene scene) {
        this.injectors = List.copyOf(injectors);
        this.scene = scene;
        this.thread = Thread.ofPlatform().name("faults").daemon().start(this::run);
    }

    private void run() {
        Deque<Injector> round = new ArrayDeque<>();
        while (!injectors.isEmpty() && !Thread.currentThread().isInterrupted()) {
            if (round.isEmpty()) {
                var shuffled = new ArrayList<>(injectors);
                Collections.shuffle(shuffled, scene.random());
                round.addAll(shuffled);
            }
            try {
                Thread.sleep(scene.random().nextInt(SHORTEST_REST_MILLIS, LONGEST_REST_MILLIS));
                round.remove().inject(scene);
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                note(e);
            }
        }
    }

    private synchronized void note(Exception e) {
        failures.merge(e.toString(), 1L, Long::sum);
    }

    /// Why faults could not be injected, and how often.
    public synchronized Map<String, Long> failures() {
        return new TreeMap<>(failures);
    }

    /// Waits until the fault under way is over; what it broke is mended then, or mends itself.
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
