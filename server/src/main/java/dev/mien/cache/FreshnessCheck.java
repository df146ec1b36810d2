package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeSource;
import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Proves to readers that an [Epoch] has every change that was committed before they asked. One check serves all
/// readers that arrived before it was sent.
///
/// The first reader of a batch leads it: it waits for the check under way to end, closes the batch, and sends the check
/// on its own thread. So a reader who is alone pays one round trip and no change of threads, and under load each reader
/// is woken once. There is at most one check at a time; the one who sends it has the *turn*, and only that thread
/// applies changes.
///
/// **Invariant: a batch is closed before its check is sent.** Whoever joins it has therefore begun before the database
/// takes the check's snapshot, so everything that was acknowledged to anyone before is in it. A batch leaves
/// `gathering`, where readers join, in the same step in which it gets the turn.
///
/// **Invariant: a batch is settled once, and a check that failed, or ended after its time, never settles it well.**
/// With a failure the epoch is left behind. A leader whose turn does not come in time fails the check under way
/// together with its own batch; what that check brings later finds its batch settled and is thrown away. It is the one
/// timer per batch; the rest of its readers rely on it. A lone leader relies on the [ChangeSource], which has to come
/// back.
class FreshnessCheck {
    private static final Logger log = LoggerFactory.getLogger(FreshnessCheck.class);
    /// Most changes to ask for at once.
    private static final int PAGE = 1_000;

    private static final String SHUTTING_DOWN = "this worker is shutting down";

    private final ChangeSource source;
    private final CacheConfig config;

    /// The batch that readers join; its check has not been sent. Guarded by `this`, like the next.
    private @Nullable Batch gathering;

    private @Nullable Batch underWay;
    private volatile @Nullable Epoch current;
    private volatile @Nullable RevisionToken newestHead;

    FreshnessCheck(ChangeSource source, CacheConfig config) {
        this.source = source;
        this.config = config;
    }

    /// Readers that share one check.
    static final class Batch {
        private final Thread leader = Thread.currentThread();
        /// Guarded by the check until settled.
        private final List<Thread> followers = new ArrayList<>();

        private @Nullable Epoch epoch;
        private @Nullable StoreUnavailableException failure;
        /// Written last, so that whoever sees it sees the rest, and every change that was applied.
        private volatile boolean settled;

        private void awaitSettled() {
            while (!settled) {
                LockSupport.park(this);
                if (Thread.currentThread().isInterrupted()) {
                    throw new StoreUnavailableException(SHUTTING_DOWN);
                }
            }
        }

        private Epoch epoch() {
            var failed = failure;
            if (failed != null) {
                // One of its own for each reader, whose stack it then shows.
                throw new StoreUnavailableException("no fresh answer: " + failed.getMessage(), failed);
            }
            return Objects.requireNonNull(epoch);
        }
    }

    /// What the last check vouched for; null before the first and after one that failed.
    @Nullable Epoch current() {
        return current;
    }

    /// The head that the last successful check saw; null before the first.
    @Nullable RevisionToken newestHead() {
        return newestHead;
    }

    /// Joins the next check and waits for it.
    ///
    /// @return an epoch that has every change which was committed before this was called
    /// @throws StoreUnavailableException if that could not be proved
    Epoch await() {
        var batch = join();
        if (batch.leader == Thread.currentThread()) {
            lead(batch);
        } else {
            batch.awaitSettled();
        }
        return batch.epoch();
    }

    private synchronized Batch join() {
        var batch = joinable();
        if (batch == null) {
            batch = new Batch();
            gathering = batch;
        } else {
            batch.followers.add(Thread.currentThread());
        }
        return batch;
    }

    /// The batch whose check has not been sent; null for none. Called under the monitor.
    @Nullable Batch joinable() {
        return gathering;
    }

    /// The batch whose check has been sent; null for none. Called under the monitor.
    @Nullable Batch underWay() {
        return underWay;
    }

    private void lead(Batch batch) {
        try {
            if (awaitTurn(batch)) {
                long begun = System.nanoTime();
                var epoch = check(begun);
                requireInTime(begun);
                end(batch, epoch, begun, null);
            }
        } catch (StoreUnavailableException e) {
            fail(batch, e);
        } catch (RuntimeException | Error e) {
            // Whatever it was, nobody may wait for a leader who is gone.
            fail(batch, new StoreUnavailableException("the freshness check broke", e));
            throw e;
        }
    }

    /// @return whether the turn is the batch's, which is then closed; if not, it was failed
    private boolean awaitTurn(Batch batch) {
        long deadline = System.nanoTime() + config.checkTimeout().toNanos();
        while (!takeTurn(batch)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                expire(batch);
                return false;
            }
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                end(batch, null, 0, new StoreUnavailableException(SHUTTING_DOWN));
                return false;
            }
        }
        return true;
    }

    private synchronized boolean takeTurn(Batch batch) {
        if (underWay != null) {
            return false;
        }
        underWay = batch;
        gathering = null;
        return true;
    }

    /// Asks until everything has been applied that was there when it asked first.
    private Epoch check(long begun) {
        var epoch = current;
        long target = -1;
        do {
            var answer = source.changesAfter(epoch == null ? 0 : epoch.applied(), PAGE);
            if (target < 0) {
                target = answer.head().revision();
            }
            if (epoch == null || isFarBehind(epoch, answer.head())) {
                return newEpoch(answer.head(), answer.timeline());
            }
            String broken = epoch.breakIn(answer);
            if (broken != null) {
                log.warn("The cache is emptied: {}", broken);
                return newEpoch(answer.head(), answer.timeline());
            }
            epoch.apply(answer.changes());
            requireInTime(begun);
        } while (epoch.applied() < target);
        return epoch;
    }

    /// Whether to read the changes costs more than to read the documents again. Of an epoch that began with an empty
    /// log nothing can be asked: 0 stands for not having asked before.
    private boolean isFarBehind(Epoch epoch, RevisionToken head) {
        return head.revision() - epoch.applied() > config.maximumEntries()
                || (epoch.applied() == 0 && head.revision() > 0);
    }

    Epoch newEpoch(RevisionToken head, String timeline) {
        return new Epoch(head, timeline, config);
    }

    private void requireInTime(long begun) {
        if (System.nanoTime() - begun > config.checkTimeout().toNanos()) {
            throw new StoreUnavailableException(
                    "the freshness check took longer than " + Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    void fail(Batch batch, StoreUnavailableException failure) {
        log.warn("The cache is emptied: {}", failure.getMessage());
        end(batch, null, 0, failure);
    }

    /// Answers the batch, unless it was given up, and lets the next one have the turn if this one had it.
    final void end(Batch batch, @Nullable Epoch epoch, long begun, @Nullable StoreUnavailableException failure) {
        Batch next;
        synchronized (this) {
            boolean hadTurn = leave(batch);
            next = gathering;
            if (!batch.settled) {
                if (hadTurn) {
                    current = epoch;
                }
                if (epoch != null) {
                    epoch.checked(begun);
                    newestHead = epoch.head();
                }
                settle(batch, epoch, failure);
            }
        }
        // First the one who sends the next check; meanwhile others may still join it.
        if (next != null) {
            LockSupport.unpark(next.leader);
        }
        wake(batch);
    }

    /// @return whether the batch had the turn
    private boolean leave(Batch batch) {
        if (gathering == batch) {
            gathering = null;
        }
        if (underWay != batch) {
            return false;
        }
        underWay = null;
        return true;
    }

    /// The batch's turn did not come in time, for the check under way takes too long. Both fail; the turn stays with
    /// the one who is late.
    private void expire(Batch batch) {
        var failure = new StoreUnavailableException("a freshness check took longer than " + config.checkTimeout());
        log.warn("The cache is emptied: {}", failure.getMessage());
        Batch late;
        synchronized (this) {
            leave(batch);
            late = underWay;
            current = null;
            settle(batch, null, failure);
            if (late != null && !late.settled) {
                settle(late, null, failure);
            }
        }
        wake(batch);
        if (late != null) {
            wake(late);
        }
    }

    private static void wake(Batch batch) {
        batch.followers.forEach(LockSupport::unpark);
    }

    private static void settle(Batch batch, @Nullable Epoch epoch, @Nullable StoreUnavailableException failure) {
        batch.epoch = epoch;
        batch.failure = failure;
        batch.settled = true;
    }
}
