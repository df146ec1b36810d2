package dev.mien.cache;

import dev.mien.store.StoreUnavailableException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A document on its way from the database into an [Epoch]. `lastChange` belongs to the epoch and its monitor.
final class Fill {
    private final Key key;
    private final long begunAt;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable RuntimeException failure;

    /// The newest change of the document that was applied since the fill began.
    long lastChange;

    /// @param begunAt the revision applied when the fill began
    Fill(Key key, long begunAt) {
        this.key = key;
        this.begunAt = begunAt;
    }

    Key key() {
        return key;
    }

    long begunAt() {
        return begunAt;
    }

    void end(@Nullable RuntimeException newFailure) {
        failure = newFailure;
        ended.countDown();
    }

    /// Whether the fill ended in time, well or not kept.
    ///
    /// @throws StoreUnavailableException if it failed
    boolean await(long nanos) {
        boolean inTime;
        try {
            inTime = ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("this worker is shutting down", e);
        }
        var failed = failure;
        if (failed != null) {
            throw new StoreUnavailableException("the store cannot be read: " + failed.getMessage(), failed);
        }
        return inTime;
    }
}
