package dev.mien.feed;

import dev.mien.api.RevisionToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The newest events of one history, for all who listen on this worker. It begins where the log stands when it is
/// anchored, grows at its head and forgets at its other end, and is left for good once it has ended.
///
/// Events lie without a gap in `(base, head]`. Who stands before that has to read from the store.
final class Tail {
    private static final int MOST_EVENTS = 4096;
    private static final long MOST_WEIGHT = 8 << 20;

    private final @Nullable Event[] ring = new Event[MOST_EVENTS];
    private @Nullable RevisionToken head;
    private long base;
    private long weight;
    private boolean reachable = true;
    private boolean draining;
    private @Nullable FeedEndedException end;
    private CompletableFuture<@Nullable Void> news = new CompletableFuture<>();

    /// What a listener finds.
    ///
    /// @param events those after its position, without a gap; empty if there are none yet
    /// @param missed whether the next one is not here, or without the document that is asked for
    /// @param news completed as soon as a look would find more
    record Look(List<Event> events, boolean missed, CompletableFuture<@Nullable Void> news) {}

    /// Where it stands; null before it is anchored.
    synchronized @Nullable RevisionToken head() {
        return head;
    }

    synchronized void anchor(RevisionToken at) {
        head = at;
        base = at.revision();
        reachable = true;
        tell();
    }

    /// @param events those that follow the head
    synchronized void add(List<Event> events) {
        for (var event : events) {
            if (event.revision() - base > MOST_EVENTS) {
                forgetOldest();
            }
            ring[slot(event.revision())] = event;
            weight += event.weight();
            head = event.token();
            while (weight > MOST_WEIGHT && base + 1 < event.revision()) {
                forgetOldest();
            }
        }
        reachable = true;
        if (!events.isEmpty()) {
            tell();
        }
    }

    private void forgetOldest() {
        base++;
        var oldest = ring[slot(base)];
        if (oldest != null) {
            weight -= oldest.weight();
            ring[slot(base)] = null;
        }
    }

    private static int slot(long revision) {
        return (int) (revision % MOST_EVENTS);
    }

    /// The store cannot be asked at the moment.
    synchronized void loseTouch() {
        reachable = false;
    }

    synchronized void touch() {
        reachable = true;
    }

    synchronized boolean isReachable() {
        return reachable;
    }

    /// Nobody can go on from here.
    synchronized void end(FeedEndedException why) {
        if (end == null) {
            end = why;
            tell();
        }
    }

    /// The worker is about to stop.
    synchronized void drain() {
        draining = true;
        tell();
    }

    synchronized boolean isDraining() {
        return draining;
    }

    synchronized boolean hasEnded() {
        return end != null;
    }

    private void tell() {
        var told = news;
        news = new CompletableFuture<>();
        told.complete(null);
    }

    /// @throws FeedEndedException once it has ended
    synchronized Look look(long position, int most, boolean documents) {
        if (end != null) {
            throw end;
        }
        if (head == null || draining || position >= head.revision()) {
            return new Look(List.of(), false, news);
        }
        if (position < base) {
            return new Look(List.of(), true, news);
        }
        var events = new ArrayList<Event>();
        for (long revision = position + 1; revision <= head.revision() && events.size() < most; revision++) {
            var event = ring[slot(revision)];
            if (event == null || (documents && !event.hasDocument())) {
                return new Look(events, events.isEmpty(), news);
            }
            events.add(event);
        }
        return new Look(events, false, news);
    }

    /// Waits until there is news. Returns early if interrupted, with the thread still marked so.
    static void await(CompletableFuture<@Nullable Void> news, long nanos) {
        try {
            news.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            // The next look finds out.
        } catch (ExecutionException e) {
            throw new IllegalStateException("news never fails", e);
        }
    }
}
