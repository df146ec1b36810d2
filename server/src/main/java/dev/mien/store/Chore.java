package dev.mien.store;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does something in the background for as long as it is open: part after part, a rest, and all over again.
///
/// One worker does each chore. Where two do, in a rolling restart or on two machines, they do what the other leaves.
public final class Chore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Chore.class);

    /// What there is to do, in parts that hinder no writer for long.
    @FunctionalInterface
    public interface Part {
        /// Does the next part.
        ///
        /// @return whether there is more to do
        /// @throws StoreUnavailableException if it cannot be done now; it is tried again behind a rest
        boolean run();
    }

    /// How long it rests: behind each part, so that writers do not notice it, and behind the last.
    ///
    /// @param first before the first part
    public record Pauses(Duration first, Duration part, Duration round) {
        public static final Pauses DEFAULT =
                new Pauses(Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofMinutes(10));
    }

    private final String name;
    private final Part part;
    private final Pauses pauses;
    private final Thread thread;
    private final Object end = new Object();
    private boolean closed;

    /// @param name what is done, such as `pruning`; for the log and the thread
    public Chore(String name, Pauses pauses, Part part) {
        this.name = name;
        this.part = part;
        this.pauses = pauses;
        this.thread = Thread.ofPlatform().name("mien-" + name).daemon().start(this::run);
    }

    private void run() {
        var pause = pauses.first();
        while (!closesWithin(pause)) {
            pause = pauses.round();
            try {
                if (part.run()) {
                    pause = pauses.part();
                }
            } catch (StoreUnavailableException e) {
                log.warn("The {} has to wait: {}", name, e.getMessage());
            } catch (RuntimeException e) {
                log.error("The {} has to wait", name, e);
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
            if (!thread.join(Duration.ofSeconds(10))) {
                log.warn("The {} did not end", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
