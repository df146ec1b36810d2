package dev.mien.checker.broken;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A thread that sometimes stands still at the worst place, as the scheduler, a garbage collection or a slow network
/// make it. It widens a race that is there without it.
final class Pause implements Runnable {
    private final int every;
    private final Duration length;
    private final AtomicLong passed = new AtomicLong();

    /// @param every of how many passes one is a pause
    Pause(int every, Duration length) {
        this.every = every;
        this.length = length;
    }

    @Override
    public void run() {
        if (passed.incrementAndGet() % every == 0) {
            LockSupport.parkNanos(length.toNanos());
        }
    }
}
