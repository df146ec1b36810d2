package dev.mien.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one way in which a worker's edits reach the database: requests queue them here, one thread drains the queue and
/// commits what has gathered in one transaction (group commit), and then every waiting request is answered.
///
/// **Invariant: an edit is answered [Outcome.NotApplied] only if it is certain that it never runs.** Three parties
/// touch an edit: its request (which may lose patience), the committing thread, and close. Whoever moves it out of
/// [State#WAITING] by compare-and-set decides: the request may only give up an edit that it moved to [State#GIVEN_UP]
/// itself, and the committing thread runs only edits that it moved to [State#RUNNING]. The committing thread makes that
/// move *after* it holds the database's write lock, so the wait for a lock that somebody else holds (a stopped process,
/// say) is time in which a request can still give up for certain. Behind that move only a commit stands; if that hangs
/// for longer than the timeout, the answer is [Outcome.Unknown], which is the truth.
///
/// **Invariant: an edit is acknowledged only after its commit returned.** The batch writer returns outcomes; only here
/// are they handed to the requests, so nothing in the transaction can acknowledge early.
///
/// A pause of any length at any line delays answers and changes none of this: no decision depends on a clock, except
/// when a request begins to give up.
public final class CommitQueue implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CommitQueue.class);
    private static final Duration IDLE = Duration.ofMillis(100);

    /// Commits edits in one transaction.
    public interface BatchWriter {
        /// Opens a transaction as soon as the database grants the write lock, asks `next` for edits until it has none,
        /// runs each, commits, and answers each. Must answer every edit that it took.
        void write(EditSource next);

        /// Called now and then while no edit waits, so that a writer in trouble can mend itself.
        default void idle() {}
    }

    /// Hands out the edits that have gathered.
    public interface EditSource {
        /// Edits that are now the caller's to run and to answer; empty once the batch is full or nothing waits.
        List<Waiting> take();
    }

    enum State {
        WAITING,
        RUNNING,
        GIVEN_UP
    }

    /// An edit and the request that waits for it.
    public static final class Waiting {
        private final Edit edit;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        private Waiting(Edit edit) {
            this.edit = edit;
        }

        public Edit edit() {
            return edit;
        }

        public void answer(Outcome answer) {
            outcome.complete(answer);
        }

        /// The edit was refused by an exception of its own rule.
        public void fail(RuntimeException exception) {
            outcome.completeExceptionally(exception);
        }

        private boolean move(State to) {
            return state.compareAndSet(State.WAITING, to);
        }
    }

    private final CommitConfig config;
    private final BatchWriter writer;
    private final BlockingQueue<Waiting> queue;
    private final Thread thread;
    private volatile boolean closed;

    public CommitQueue(CommitConfig config, BatchWriter writer) {
        this.config = config;
        this.writer = writer;
        this.queue = new LinkedBlockingQueue<>(config.maximumWaiting());
        this.thread = Thread.ofPlatform().name("mien-commit").daemon().start(this::run);
    }

    /// Queues the edit and waits for its outcome.
    public Outcome commit(Edit edit) {
        return submit(edit).get();
    }

    /// Queues the edit. What is returned waits for its outcome.
    public Supplier<Outcome> submit(Edit edit) {
        var waiting = new Waiting(edit);
        if (closed) {
            return () -> new Outcome.NotApplied("this worker is shutting down");
        }
        if (!queue.offer(waiting)) {
            return () -> new Outcome.NotApplied(config.maximumWaiting() + " writes are waiting already");
        }
        if (closed && waiting.move(State.GIVEN_UP)) {
            // close() may have emptied the queue before this edit came in, and then nobody would answer it.
            return () -> new Outcome.NotApplied("this worker is shutting down");
        }
        return () -> await(waiting);
    }

    private Outcome await(Waiting waiting) {
        try {
            return waiting.outcome.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (waiting.move(State.GIVEN_UP)) {
                return new Outcome.NotApplied("the write lock was not to be had within " + config.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return waiting.move(State.GIVEN_UP)
                    ? new Outcome.NotApplied("this worker is shutting down")
                    : new Outcome.Unknown("this worker is shutting down while the write is being committed");
        } catch (ExecutionException e) {
            throw causeOf(e);
        }
        return awaitRunning(waiting);
    }

    /// The edit's transaction is open, so its end is near, unless the disk hangs.
    private Outcome awaitRunning(Waiting waiting) {
        try {
            return waiting.outcome.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Outcome.Unknown("the commit did not end within " + config.timeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Unknown("this worker is shutting down while the write is being committed");
        } catch (ExecutionException e) {
            throw causeOf(e);
        }
    }

    private static RuntimeException causeOf(ExecutionException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
    }

    private void run() {
        while (!closed || !queue.isEmpty()) {
            var first = poll();
            if (first == null) {
                writer.idle();
            } else {
                commit(new Batch(first));
            }
        }
    }

    /// The next edit; null where none comes for a while. The thread is never interrupted, since that would close the
    /// turnstile's lock files under it (see [java.nio.channels.InterruptibleChannel]).
    private @Nullable Waiting poll() {
        try {
            return queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void commit(Batch batch) {
        try {
            writer.write(batch);
        } catch (RuntimeException | Error e) {
            log.error("The batch writer failed", e);
        }
        // Does nothing to those that the writer answered.
        batch.taken.forEach(waiting -> waiting.answer(new Outcome.Unknown("the writer failed")));
    }

    /// What one transaction takes: the edit that woke the thread and those that have gathered behind it by the time the
    /// write lock is held.
    private final class Batch implements EditSource {
        private final Waiting first;
        private final List<Waiting> taken = new ArrayList<>();
        private boolean begun;

        Batch(Waiting first) {
            this.first = first;
        }

        @Override
        public List<Waiting> take() {
            var gathered = new ArrayList<Waiting>();
            if (!begun) {
                gathered.add(first);
                begun = true;
            }
            queue.drainTo(gathered, config.maximumEdits() - taken.size() - gathered.size());
            gathered.removeIf(waiting -> !waiting.move(State.RUNNING));
            taken.addAll(gathered);
            return gathered;
        }
    }

    /// Commits what waits, then ends the thread.
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(config.timeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Waiting late = queue.poll(); late != null; late = queue.poll()) {
            if (late.move(State.GIVEN_UP)) {
                late.answer(new Outcome.NotApplied("this worker is shutting down"));
            }
        }
    }
}
