package dev.mien.feed;

import dev.mien.api.RevisionToken;
import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One who wants to hear of changes, and where in the log they stand. It holds no events: what it has not heard yet is
/// in the tail or in the store. Used by one thread.
public final class Listener implements AutoCloseable {
    private static final int BATCH = 64;

    private final ChangeFeed feed;
    private final Filter filter;
    private final boolean documents;
    private RevisionToken position;
    /// What was read before anybody asked for it.
    private Pages.@Nullable Page first;
    /// Whether the store has to be read before the tail is of use.
    private boolean behind;
    private @Nullable Tail tail;
    private final boolean throttled;
    /// What it holds of the room for pages, until it asks for more.
    private int admitted;

    /// @param throttled whether to wait for room before a page is read from the store
    Listener(ChangeFeed feed, @Nullable RevisionToken after, Filter filter, boolean whole, boolean throttled) {
        this.feed = feed;
        this.filter = filter;
        this.documents = whole || filter.needsDocuments();
        this.throttled = throttled;
        if (after == null) {
            this.position = feed.pages().head();
        } else {
            this.position = after;
            this.first = page();
            this.behind = !first.events().isEmpty();
        }
    }

    /// Everything up to here was heard or filtered.
    public RevisionToken position() {
        return position;
    }

    /// Whether there is more to look at without waiting.
    boolean isBehind() {
        return behind;
    }

    /// Whether the store could be asked when it was tried last.
    boolean isInTouch() {
        return tail == null || tail.isReachable();
    }

    public boolean isDraining() {
        return feed.isDraining();
    }

    /// Listens until this is closed, also while nobody waits in [#next].
    Tail stay() {
        if (tail == null) {
            tail = feed.join(documents);
        }
        return tail;
    }

    /// The next events that pass the filter. None if those looked at did not pass, or none came in time; the position
    /// says how far it is.
    ///
    /// @throws FeedEndedException if there is no going on from here
    /// @throws dev.mien.store.StoreUnavailableException if the store cannot be read; one may ask again
    public List<Event> next(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        if (first == null) {
            leaveRoom();
        }
        var events = fromStore();
        while (events.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0 && tail == null) {
                return List.of();
            }
            var look = stay().look(position.revision(), BATCH, documents);
            if (look.missed()) {
                behind = true;
                events = fromStore();
            } else {
                events = look.events();
                if (events.isEmpty()) {
                    if (left <= 0 || isDraining() || Thread.currentThread().isInterrupted()) {
                        return List.of();
                    }
                    Tail.await(look.news(), left);
                }
            }
        }
        try {
            var passing =
                    events.stream().filter(event -> feed.passes(filter, event)).toList();
            position = events.getLast().token();
            return passing;
        } catch (StoreUnavailableException e) {
            behind = true; // They were not told; the next call reads them again.
            throw e;
        }
    }

    /// Empty if the store has no more than was heard, so that the tail comes next.
    private List<Event> fromStore() {
        if (!behind) {
            return List.of();
        }
        var page = first == null ? page() : first;
        first = null;
        var events = page.events();
        behind = !events.isEmpty() && !events.getLast().token().equals(page.head());
        return events;
    }

    /// A page takes much more memory than a position, so only so many listeners have one at a time.
    private Pages.Page page() {
        if (throttled && admitted == 0) {
            admitted = feed.takeRoom(documents);
        }
        try {
            var page = feed.pages().after(position, documents);
            if (page.events().isEmpty()) {
                leaveRoom();
            }
            return page;
        } catch (RuntimeException e) {
            leaveRoom();
            throw e;
        }
    }

    private void leaveRoom() {
        feed.leaveRoom(admitted);
        admitted = 0;
    }

    @Override
    public void close() {
        leaveRoom();
        if (tail != null) {
            feed.leave(documents);
            tail = null;
        }
    }
}
