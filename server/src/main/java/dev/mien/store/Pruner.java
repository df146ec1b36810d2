package dev.mien.store;

import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Prunes old versions for as long as it is open: goes through the log in small parts, rests, and begins again.
///
/// One worker does it. Where two do, in a rolling restart or on two machines, they do what the other leaves.
public final class Pruner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pruner.class);

    /// How long it rests behind each part, so that writers do not notice it, and behind the last.
    ///
    /// @param part at least zero
    public record Pauses(Duration part, Duration round) {
        public static final Pauses DEFAULT = new Pauses(Duration.ofMillis(100), Duration.ofMinutes(10));
    }

    private final Store store;
    private final HistoryConfig rules;
    private final InstantSource clock;
    private final Pauses pauses;
    private final Thread thread;
    private final Object end = new Object();
    private boolean closed;

    public Pruner(Store store, HistoryConfig rules, InstantSource clock, Pauses pauses) {
        this.store = store;
        this.rules = rules;
        this.clock = clock;
        this.pauses = pauses;
        this.thread = Thread.ofPlatform().name("mien-prune").daemon().start(this::run);
    }

    private void run() {
        long after = 0;
        long count = 0;
        var pause = pauses.part();
        while (!closesWithin(pause)) {
            pause = pauses.round();
            try {
                var pruned = store.prune(rules, after, clock.instant());
                count += pruned.versions();
                after = pruned.atEnd() ? 0 : pruned.upTo();
                if (!pruned.atEnd()) {
                    pause = pauses.part();
                } else if (count > 0) {
                    log.info("Pruned {} versions", count);
                    count = 0;
                }
            } catch (StoreUnavailableException e) {
                log.warn("Old versions stay for now: {}", e.getMessage());
            } catch (RuntimeException e) {
                log.error("Old versions stay for now", e);
            }
        }
    }

    private boolean closesWithin(Duration time) {
        synchronized (end) {
            long deadline = System.nanoTime() + time.toNanos();
            try {
                for (long left = time.toNanos(); !closed && left > 0; left = deadline - System.nanoTime()) {
                    end.wait(left / 1_000_000, (int) (left % 1_000_000));
                }
            } catch (InterruptedException e) {
                return true;
            }
            return closed;
        }
    }

    /// Lets the part under way end.
    @Override
    public void close() {
        synchronized (end) {
            closed = true;
            end.notifyAll();
        }
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
