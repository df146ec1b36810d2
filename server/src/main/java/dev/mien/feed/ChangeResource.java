package dev.mien.feed;

import static dev.mien.document.DocumentResource.parameter;

import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.config.Settings;
import dev.mien.document.DocumentResource;
import dev.mien.http.Answers;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import dev.mien.http.Route;
import dev.mien.store.Query;
import dev.mien.store.StoreUnavailableException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The address of changes: in pages, with or without a wait, and as a stream (`text/event-stream`).
public final class ChangeResource {
    private static final Logger log = LoggerFactory.getLogger(ChangeResource.class);
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final HeaderName LAST_EVENT_ID_NAME = HeaderNames.create(LAST_EVENT_ID);
    private static final Set<String> FILTERS = new TreeSet<>(Set.of("kind", "id", "owner", "tag", "include"));
    private static final Set<String> PARAMETERS = Stream.concat(FILTERS.stream(), Stream.of("after", "limit", "wait"))
            .collect(Collectors.toCollection(TreeSet::new));

    private static final String EVENT_STREAM = "text/event-stream";
    private static final Header STREAM_TYPE = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, EVENT_STREAM);
    private static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");
    /// So that a proxy passes on what comes at once.
    private static final Header NO_BUFFERING = HeaderValues.createCached("X-Accel-Buffering", "no");

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int MOST_PAGES = 50;

    private final ChangeFeed feed;

    public ChangeResource(ChangeFeed feed) {
        this.feed = feed;
    }

    public List<Route> routes() {
        return List.of(Route.of(
                        Method.GET,
                        "/api/v1/changes",
                        "List the changes after a token, wait for them, or follow them as text/event-stream",
                        200,
                        this::get)
                .gives("Changes")
                .with(PARAMETERS)
                .with(LAST_EVENT_ID));
    }

    private void get(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(PARAMETERS, request);
        var filter = filter(request);
        boolean whole = whole(request);
        var after = after(request);
        int limit = DocumentResource.limit(request);
        var patience = patience(request);
        boolean onlyHead = request.prologue().method().equals(Method.HEAD);
        try (var listener = feed.admit(after, filter, whole)) {
            if (wantsStream(request) && !onlyHead) {
                stream(response, listener, whole);
            } else {
                page(request, response, listener, limit, onlyHead ? Duration.ZERO : patience, whole);
            }
        }
    }

    private static boolean wantsStream(ServerRequest request) {
        return request.headers().contains(HeaderNames.ACCEPT)
                && request.headers().get(HeaderNames.ACCEPT).allValues().stream()
                        .anyMatch(value -> value.contains(EVENT_STREAM));
    }

    private static void page(
            ServerRequest request,
            ServerResponse response,
            Listener listener,
            int limit,
            Duration patience,
            boolean whole) {
        long deadline = System.nanoTime() + patience.toNanos();
        var items = new ArrayList<byte[]>();
        var next = listener.position();
        long bytes = 0;
        boolean full = false;
        for (int pages = 0; !full && pages < MOST_PAGES; pages++) {
            long left = items.isEmpty() ? Math.max(0, deadline - System.nanoTime()) : 0;
            for (var event : listener.next(Duration.ofNanos(left))) {
                if (items.size() == limit || bytes >= Query.MAXIMUM_PAGE_BYTES) {
                    full = true;
                    break;
                }
                byte[] json = event.json(whole);
                items.add(json);
                bytes += json.length;
                next = event.token();
            }
            if (!full) {
                next = listener.position();
            }
            boolean waited = !items.isEmpty() || deadline - System.nanoTime() <= 0;
            if (!listener.isBehind() && (waited || listener.isDraining())) {
                break;
            }
        }
        if (items.isEmpty() && !listener.isInTouch()) {
            throw new StoreUnavailableException("the change log could not be read at the end of a wait");
        }
        Answers.json(request, response, answer(items, next), next);
    }

    private static byte[] answer(List<byte[]> items, RevisionToken next) {
        var parts = new ArrayList<byte[]>();
        parts.add(ascii("{\"items\":["));
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                parts.add(ascii(","));
            }
            parts.add(items.get(i));
        }
        parts.add(ascii("],\"next\":\"" + next + "\"}"));
        return Event.joined(parts.toArray(byte[][]::new));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Sends events until the client is gone, the worker drains, or there is no going on. The connection ends with it,
    /// so that the next one may reach another worker.
    private void stream(ServerResponse response, Listener listener, boolean whole) {
        Answers.reflecting(response, listener.position())
                .header(STREAM_TYPE)
                .header(NO_STORE)
                .header(NO_BUFFERING)
                .header(HeaderValues.CONNECTION_CLOSE);
        listener.stay();
        var out = new GuardedOutput(response.outputStream());
        feed.guard(out);
        try {
            // The place from which to go on if nothing comes before the connection breaks.
            out.write(ascii("retry: 500\nid: " + listener.position() + "\n\n"));
            while (!listener.isDraining()) {
                send(out, next(listener), listener, whole);
            }
            out.close();
        } catch (FeedEndedException e) {
            say(out, e);
        } catch (IOException | UncheckedIOException e) {
            log.debug("The client of a stream is gone", e);
        } finally {
            feed.release(out);
            if (out.wasCutOff()) {
                Thread.interrupted(); // It was for the write alone.
                log.info(
                        "A stream was cut off, because its client took nothing for {}",
                        feed.config().writeTimeout());
            }
        }
        throw new CloseConnectionException("the stream has ended");
    }

    /// None if the store cannot be asked; the stream stays open, and its client gets nothing that may be wrong.
    private List<Event> next(Listener listener) {
        try {
            return listener.next(feed.config().heartbeat());
        } catch (StoreUnavailableException e) {
            log.debug("A stream waits for the store", e);
            try {
                Thread.sleep(RETRY);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        }
    }

    private static void send(GuardedOutput out, List<Event> events, Listener listener, boolean whole)
            throws IOException {
        if (events.isEmpty()) {
            // What was filtered need not be looked at again after a break.
            out.write(ascii(":\nid: " + listener.position() + "\n\n"));
        } else if (events.size() == 1) {
            out.write(events.getFirst().frame(whole));
        } else {
            var frames = new ByteArrayOutputStream();
            for (var event : events) {
                frames.writeBytes(event.frame(whole));
                if (frames.size() > 64 * 1024) {
                    out.write(frames.toByteArray());
                    frames.reset();
                }
            }
            out.write(frames.toByteArray());
        }
    }

    /// The last that the client gets to know.
    private static void say(GuardedOutput out, FeedEndedException end) {
        try {
            out.write(Event.joined(ascii("event: end\ndata: "), Json.write(end.problem()), ascii("\n\n")));
            out.close();
        } catch (IOException | UncheckedIOException e) {
            log.debug("The client of a stream is gone", e);
        }
    }

    private static @Nullable RevisionToken after(ServerRequest request) {
        String name = LAST_EVENT_ID;
        String text = null;
        if (request.headers().contains(LAST_EVENT_ID_NAME)) {
            text = request.headers().get(LAST_EVENT_ID_NAME).get();
        }
        if (text == null || text.isEmpty()) {
            name = "after";
            text = parameter(request, "after");
        }
        if (text == null) {
            return null;
        }
        String given = name;
        return RevisionToken.parse(text)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.INVALID_PARAMETER,
                        given + " must be a token as in " + RevisionToken.HEADER + " or next."));
    }

    private static Duration patience(ServerRequest request) {
        String text = parameter(request, "wait");
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            var wait = Settings.duration(text);
            if (!wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0) {
                return wait;
            }
        } catch (IllegalArgumentException | ArithmeticException notADuration) {
            // Refused below like one that is too long.
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER, "wait must be a duration of at most a minute, such as 30s.");
    }

    private static boolean whole(ServerRequest request) {
        String text = parameter(request, "include");
        if (text != null && !text.equals("document")) {
            throw new ProblemException(ProblemType.INVALID_PARAMETER, "include must be document.");
        }
        return text != null;
    }

    private static Filter filter(ServerRequest request) {
        try {
            return Filter.of(
                    words(parameter(request, "kind")),
                    words(parameter(request, "id")),
                    parameter(request, "owner"),
                    parameter(request, "tag"));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.INVALID_PARAMETER, e.getMessage() + ".");
        }
    }

    private static Set<String> words(@Nullable String text) {
        return text == null ? Set.of() : new LinkedHashSet<>(Arrays.asList(text.split(",")));
    }
}
