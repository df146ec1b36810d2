package dev.mien.feed;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeLog;
import dev.mien.store.Collection;
import dev.mien.store.Store;
import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker's view of the change log, shared by all who listen here. One thread follows the log, and only while
/// somebody listens; it also cuts off streams whose clients take nothing.
public final class ChangeFeed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);
    private static final Duration RETRY = Duration.ofMillis(200);

    /// Pages of the store that clients hold at one time, one with documents counting as many without.
    private static final int PAGES_AT_A_TIME = 32;

    private static final int ROOM_OF_DOCUMENTS = 8;

    private final Semaphore pageRoom = new Semaphore(PAGES_AT_A_TIME, true);
    private final Pages pages;
    private final Function<Event, Belonging> belongings;
    private final FeedConfig config;
    private final Set<GuardedOutput> outputs = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Thread thread;
    private int listeners;
    private int needingDocuments;
    private @Nullable Tail tail;
    private boolean closed;

    /// @param changes the log of the same store
    /// @param personas by whose owners and tags one may filter
    public ChangeFeed(Store store, ChangeLog changes, Collection personas, FeedConfig config) {
        this(new Pages(changes, store::isLost), new Belongings(store, personas)::of, config);
    }

    ChangeFeed(Pages pages, Function<Event, Belonging> belongings, FeedConfig config) {
        this.pages = pages;
        this.belongings = belongings;
        this.config = config;
        this.thread = Thread.ofPlatform().name("mien-feed").daemon().start(this::run);
    }

    /// Where the log stands.
    public RevisionToken head() {
        return pages.head();
    }

    /// A page of the events after a token.
    ///
    /// @throws FeedEndedException if one cannot go on from there
    public Pages.Page after(RevisionToken after, boolean documents) {
        return pages.after(after, documents);
    }

    Pages pages() {
        return pages;
    }

    FeedConfig config() {
        return config;
    }

    /// Whether the event is one that somebody with this filter wants to hear of.
    boolean passes(Filter filter, Event event) {
        return filter.passes(event, belongings);
    }

    /// Begins to listen.
    ///
    /// @param after what the listener knows already; null for all that is there now
    /// @param whole whether documents are to be told
    /// @throws FeedEndedException if one cannot go on from there
    public Listener listen(@Nullable RevisionToken after, Filter filter, boolean whole) {
        return new Listener(this, after, filter, whole, false);
    }

    /// As [#listen], for one of any number of clients.
    Listener admit(@Nullable RevisionToken after, Filter filter, boolean whole) {
        return new Listener(this, after, filter, whole, true);
    }

    /// Waits until one more page may be held.
    int takeRoom(boolean documents) {
        int room = documents ? ROOM_OF_DOCUMENTS : 1;
        pageRoom.acquireUninterruptibly(room);
        return room;
    }

    void leaveRoom(int room) {
        pageRoom.release(room);
    }

    Tail join(boolean documents) {
        lock.lock();
        try {
            listeners++;
            needingDocuments += documents ? 1 : 0;
            var current = tail;
            if (current == null || current.hasEnded()) {
                current = new Tail();
                tail = current;
                if (closed) {
                    current.drain();
                }
            }
            wanted.signal();
            return current;
        } finally {
            lock.unlock();
        }
    }

    void leave(boolean documents) {
        lock.lock();
        try {
            listeners--;
            needingDocuments -= documents ? 1 : 0;
            if (listeners == 0) {
                tail = null;
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isDraining() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    void guard(GuardedOutput output) {
        outputs.add(output);
    }

    void release(GuardedOutput output) {
        outputs.remove(output);
    }

    private void run() {
        long nextWatch = System.nanoTime();
        for (var followed = awaitListener(); followed != null; followed = awaitListener()) {
            pause(follow(followed) ? config.pollInterval() : RETRY);
            if (System.nanoTime() - nextWatch >= 0) {
                nextWatch = System.nanoTime() + config.writeTimeout().toNanos() / 10;
                outputs.forEach(output -> output.cutOffIfOverdue(config.writeTimeout()));
            }
        }
    }

    /// What is to be followed; null once closed.
    private @Nullable Tail awaitListener() {
        lock.lock();
        try {
            while (!closed && tail == null) {
                wanted.awaitUninterruptibly();
            }
            return closed ? null : tail;
        } finally {
            lock.unlock();
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private boolean documentsAreNeeded() {
        lock.lock();
        try {
            return needingDocuments > 0;
        } finally {
            lock.unlock();
        }
    }

    /// Brings the tail up to the head of the log.
    ///
    /// @return whether the store could be asked
    private boolean follow(Tail followed) {
        try {
            var head = followed.head();
            if (head == null) {
                followed.anchor(pages.head());
            } else if (!followed.hasEnded()) {
                if (!pages.peek().equals(head)) {
                    readOn(followed, head);
                }
                followed.touch();
            }
            return true;
        } catch (FeedEndedException e) {
            log.warn("The change feed ends: {}", e.getMessage());
            followed.end(e);
        } catch (StoreUnavailableException e) {
            log.debug("The change log cannot be read", e);
            followed.loseTouch();
        } catch (RuntimeException | Error e) {
            log.error("The change log cannot be read", e);
            followed.loseTouch();
        }
        return false;
    }

    private void readOn(Tail followed, RevisionToken from) {
        boolean documents = documentsAreNeeded();
        var at = from;
        while (true) {
            var page = pages.after(at, documents);
            followed.add(page.events());
            if (page.events().isEmpty() || page.events().getLast().token().equals(page.head())) {
                return;
            }
            at = page.events().getLast().token();
        }
    }

    /// Ends all streams and waits, each where a client can go on elsewhere, and follows the log no more.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (tail != null) {
                tail.drain();
            }
            wanted.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
