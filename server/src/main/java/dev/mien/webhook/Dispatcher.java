package dev.mien.webhook;

import dev.mien.api.RevisionToken;
import dev.mien.feed.ChangeFeed;
import dev.mien.feed.Event;
import dev.mien.feed.FeedEndedException;
import dev.mien.feed.Pages;
import dev.mien.store.StoreUnavailableException;
import dev.mien.webhook.WebhookTables.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells webhooks of changes, on the worker that holds the lease. Each webhook is a listener of the change feed on a
/// thread of its own, so one that hangs keeps no other waiting.
///
/// **Invariant: everything up to a webhook's stored position was taken by its target, filtered, or put into the dead
/// letters.** The position moves after that, by compare-and-set from where the batch began. So a worker that is killed,
/// or that lost the lease, leaves a position from which the next one tells the rest, and perhaps a part of one batch
/// twice.
///
/// **Invariant: what happens to one document (a persona and its labels) is told in its order.** The events of a batch
/// are grouped by document. Groups are told side by side, the events of a group one after the other, and the next batch
/// begins when this one has ended. A repeated batch begins with its first event again.
///
/// **The lease makes work rare that is done twice, and nothing is wrong if it fails at that.** It is a row with a
/// holder and an end by the database's clock. The holder looks at its own clock, from before it asked, before each
/// attempt. A pause behind that look leads to two workers that tell the same; the position of the slower one is
/// refused.
///
/// An event that was given up is told out of order when it is told again; its version says so.
public final class Dispatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int SIDE_BY_SIDE = 8;
    private static final int REDELIVERIES = 100;

    private final WebhookTables tables;
    private final ChangeFeed feed;
    private final WebhookConfig config;
    private final Delivery delivery;
    private final String name = UUID.randomUUID().toString();
    private final Map<String, Runner> runners = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ending = lock.newCondition();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long leasedUntil = System.nanoTime();

    Dispatcher(WebhookTables tables, ChangeFeed feed, WebhookConfig config) {
        this.tables = tables;
        this.feed = feed;
        this.config = config;
        this.delivery = new Delivery(config);
        this.thread = Thread.ofPlatform().name("mien-webhook").daemon().start(this::run);
    }

    private boolean holdsLease() {
        return !closed && System.nanoTime() - leasedUntil < 0;
    }

    private void run() {
        while (!closed) {
            try {
                look();
            } catch (StoreUnavailableException e) {
                log.debug("Webhooks cannot be looked after", e);
            } catch (RuntimeException e) {
                log.error("Webhooks cannot be looked after", e);
            }
            pause(
                    LOOK.compareTo(config.lease().dividedBy(3)) < 0
                            ? LOOK
                            : config.lease().dividedBy(3));
        }
        runners.values().forEach(runner -> runner.stopped = true);
    }

    /// Waits, or until the dispatcher closes.
    private void pause(Duration time) {
        lock.lock();
        try {
            long left = time.toNanos();
            while (!closed && left > 0) {
                left = ending.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        var active = new HashMap<String, Webhook>();
        tables.all().stream().filter(Webhook::active).forEach(webhook -> active.put(webhook.id(), webhook));
        if (!active.isEmpty()) {
            long asked = System.nanoTime();
            if (tables.lease(name, config.lease().toMillis())) {
                leasedUntil = asked + config.lease().toNanos();
            }
        }
        runners.values().removeIf(runner -> {
            var webhook = active.get(runner.webhook.id());
            if (webhook == null || webhook.edition() != runner.webhook.edition() || !holdsLease()) {
                runner.stopped = true;
            }
            return !runner.thread.isAlive();
        });
        if (holdsLease()) {
            active.values().forEach(webhook -> {
                if (!runners.containsKey(webhook.id())) {
                    runners.put(webhook.id(), new Runner(webhook));
                }
            });
        }
    }

    /// Tells one webhook.
    private final class Runner {
        private final Webhook webhook;
        private final Thread thread;
        private volatile boolean stopped;
        private RevisionToken stored;

        Runner(Webhook webhook) {
            this.webhook = webhook;
            this.stored = RevisionToken.parse(webhook.position())
                    .orElseThrow(() -> new IllegalStateException("not a token: " + webhook.position()));
            this.thread =
                    Thread.ofVirtual().name("mien-webhook-" + webhook.id()).unstarted(this::run);
            thread.start();
        }

        private boolean goesOn() {
            return !stopped && holdsLease();
        }

        private void run() {
            try {
                while (goesOn()) {
                    listen();
                }
            } catch (StoreUnavailableException e) {
                log.debug("A webhook waits for the store", e); // The next look begins anew.
            } catch (RuntimeException e) {
                log.error("Webhook {} cannot be told", webhook.id(), e);
            }
        }

        private void listen() {
            try (var listener = feed.listen(stored, webhook.filter(), webhook.includeDocument())) {
                long nextLook = System.nanoTime();
                while (goesOn()) {
                    var events = listener.next(LOOK);
                    if (!tellAll(events)) {
                        return;
                    }
                    // What was filtered may be looked at twice, so it need not be noted each time.
                    if ((!events.isEmpty() || System.nanoTime() - nextLook > 0) && !advance(listener.position())) {
                        return;
                    }
                    nextLook = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                    redeliver();
                    if (listener.isDraining()) {
                        return;
                    }
                }
            } catch (FeedEndedException e) {
                beginAnew(e);
            }
        }

        private boolean advance(RevisionToken to) {
            if (to.equals(stored)) {
                return true;
            }
            if (!tables.advance(webhook.id(), stored.toString(), to.toString())) {
                log.info("Somebody else tells webhook {}", webhook.id());
                stopped = true;
                return false;
            }
            stored = to;
            return true;
        }

        /// The changes after the position cannot be found out any more. The target is told that it has to load anew.
        private void beginAnew(FeedEndedException why) {
            var head = feed.head();
            byte[] body = ("{\"reload\":true,\"reason\":\"" + why.problem().type() + "\",\"token\":\"" + head + "\"}")
                    .getBytes(StandardCharsets.US_ASCII);
            if (tell("reload." + head, body, head)) {
                advance(head);
            }
        }

        /// @return whether all were taken or given up
        private boolean tellAll(List<Event> events) {
            var groups = new LinkedHashMap<String, List<Event>>();
            events.forEach(event -> groups.computeIfAbsent(event.subject(), subject -> new ArrayList<>())
                    .add(event));
            var places = new Semaphore(SIDE_BY_SIDE);
            var done = new java.util.concurrent.atomic.AtomicInteger();
            var threads = new ArrayList<Thread>();
            for (var group : groups.values()) {
                places.acquireUninterruptibly();
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        if (group.stream().allMatch(this::tell)) {
                            done.incrementAndGet();
                        }
                    } catch (StoreUnavailableException e) {
                        log.debug("A webhook waits for the store", e);
                    } finally {
                        places.release();
                    }
                }));
            }
            for (var started : threads) {
                join(started);
            }
            return done.get() == groups.size();
        }

        private static void join(Thread started) {
            boolean interrupted = false;
            while (true) {
                try {
                    started.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean tell(Event event) {
            return tell(event.token().toString(), event.json(webhook.includeDocument()), event.token());
        }

        /// Tries until the event is taken, given up, or somebody else's to tell.
        private boolean tell(String eventId, byte[] body, RevisionToken token) {
            for (int attempt = 1; goesOn(); attempt++) {
                String failure = delivery.attempt(webhook, eventId, body);
                if (failure == null) {
                    return true;
                }
                log.info("Webhook {} did not take {}, attempt {}: {}", webhook.id(), eventId, attempt, failure);
                if (attempt >= config.attempts()) {
                    tables.giveUp(webhook.id(), token.toString(), token.revision(), failure);
                    return true;
                }
                waitFor(delivery.delayAfter(attempt));
            }
            return false;
        }

        private void waitFor(Duration delay) {
            long end = System.nanoTime() + delay.toNanos();
            while (goesOn() && System.nanoTime() - end < 0) {
                pause(Duration.ofNanos(Math.min(end - System.nanoTime(), LOOK.toNanos())));
            }
        }

        private void redeliver() {
            for (var letter : tables.deadLetters(webhook.id(), REDELIVERIES)) {
                if (letter.again() && goesOn()) {
                    redeliver(letter);
                }
            }
        }

        private void redeliver(DeadLetter letter) {
            String failure;
            var event = event(letter);
            if (event == null) {
                failure = "the change is no longer in the log";
            } else {
                failure = delivery.attempt(webhook, letter.token(), event.json(webhook.includeDocument()));
            }
            if (failure == null) {
                tables.bury(letter);
            } else {
                tables.giveUp(letter.webhookId(), letter.token(), letter.revision(), failure);
            }
        }

        private @Nullable Event event(DeadLetter letter) {
            var token = RevisionToken.parse(letter.token()).orElseThrow();
            try {
                Pages.Page page = feed.after(
                        new RevisionToken(token.incarnation(), token.revision() - 1), webhook.includeDocument());
                return page.events().isEmpty() ? null : page.events().getFirst();
            } catch (FeedEndedException e) {
                return null;
            }
        }
    }

    /// Begins no further attempt.
    public void stop() {
        lock.lock();
        try {
            closed = true;
            ending.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Lets attempts under way end, and lets go of the lease, so that another worker goes on at once.
    @Override
    public void close() {
        stop();
        try {
            thread.join(config.timeout());
            long end = System.nanoTime() + config.timeout().toNanos();
            for (var runner : runners.values()) {
                runner.thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            tables.release(name);
        } catch (StoreUnavailableException e) {
            log.debug("The lease ends by itself", e);
        }
    }
}
