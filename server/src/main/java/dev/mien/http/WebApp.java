package dev.mien.http;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP server of one worker: the routes, behind a port that several workers share (`SO_REUSEPORT`).
public final class WebApp implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WebApp.class);
    private static final Duration QUIET = Duration.ofMillis(200);

    private final Header workerHeader;
    private final Supplier<RevisionToken> lastSeen;
    private final boolean readOnly;
    private final Duration drainTimeout;
    private final WebServer server;
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private volatile boolean draining;
    private long drainUntil;
    private volatile @Nullable ListeningSockets sockets;

    /// @param worker the number that every answer carries in `Mien-Worker`
    /// @param readOnly whether to refuse all routes that write
    /// @param maximumBodyBytes the largest body that any route accepts
    public WebApp(
            String host,
            int port,
            int worker,
            boolean readOnly,
            Duration drainTimeout,
            int maximumBodyBytes,
            List<Route> routes,
            ProblemResponse problems,
            Supplier<RevisionToken> lastSeen) {
        this.workerHeader = HeaderValues.createCached("Mien-Worker", Integer.toString(worker));
        this.lastSeen = lastSeen;
        this.readOnly = readOnly;
        this.drainTimeout = drainTimeout;
        var routing = HttpRouting.builder();
        routing.addFilter(this::filter);
        routes.forEach(route -> add(route, routing));
        methodsByPath(routes)
                .forEach((path, methods) -> routing.any(path, (request, response) -> {
                    response.header(HeaderValues.create(HeaderNames.ALLOW, String.join(", ", methods)));
                    throw new ProblemException(
                            ProblemType.METHOD_NOT_ALLOWED,
                            request.prologue().method() + " is not known here; " + String.join(", ", methods)
                                    + " are.");
                }));
        routing.any(problems::notFound);
        problems.register(routing);
        this.server = WebServer.builder()
                .host(host)
                .port(port)
                .putListenerSocketOption(StandardSocketOptions.SO_REUSEPORT, true)
                .backlog(1024)
                // Else the end of a long answer waits for the client to confirm its beginning: 40 ms on Linux.
                .connectionOptions(socket -> socket.tcpNoDelay(true))
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofMillis(200))
                // No compressed bodies: what they unpack to has no announced size.
                .contentEncoding(encoding -> encoding.contentEncodingsDiscoverServices(false))
                // Bodies are limited where they are read. What follows of one that is too large is still taken, so that
                // its client, who may be sending yet, gets the answer and no broken connection (RFC 9112 §9.6).
                .maxPayloadSize(8L * maximumBodyBytes)
                .addProtocol(Http1Config.builder()
                        .continueImmediately(false)
                        .maxHeadersSize(32 * 1024)
                        // What is sent in headers is made here, of digits, ids and constants; nothing a client said.
                        .validateResponseHeaders(false)
                        .build())
                .directHandlers(handlers -> {
                    for (var type : EventType.values()) {
                        handlers.addHandler(type, this::notHttp);
                    }
                })
                .routing(routing)
                .build();
    }

    private void add(Route route, HttpRouting.Builder routing) {
        routing.route(route.method(), route.path(), readOnly && !route.reads() ? WebApp::refuse : route.handler());
        if (route.method().equals(Method.GET)) {
            routing.route(Method.HEAD, route.path(), route.handler());
        }
    }

    private static void refuse(ServerRequest request, ServerResponse response) {
        throw new ProblemException(ProblemType.READ_ONLY, "This server only reads (--read-only).");
    }

    private static Map<String, Set<String>> methodsByPath(List<Route> routes) {
        var methods = new LinkedHashMap<String, Set<String>>();
        for (var route : routes) {
            var known = methods.computeIfAbsent(route.path(), path -> new TreeSet<>());
            known.add(route.method().text());
            if (route.method().equals(Method.GET)) {
                known.add("HEAD");
            }
        }
        return methods;
    }

    private void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        begun.increment();
        // Asked once: what is not announced must not happen, since the client may be sending its next request already.
        boolean isLast = draining;
        try {
            response.header(workerHeader);
            if (isLast) {
                response.header(HeaderValues.CONNECTION_CLOSE);
            }
            chain.proceed();
        } finally {
            ended.increment();
        }
        // Helidon 4.5 announces the end of the connection but waits for the client to close it.
        if (isLast || request.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            throw new CloseConnectionException("announced to the client");
        }
    }

    /// The answer to what no route can see, because it is no HTTP request.
    private DirectHandler.TransportResponse notHttp(
            DirectHandler.TransportRequest request,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        var type = switch (event) {
            case PAYLOAD_TOO_LARGE -> ProblemType.BODY_TOO_LARGE;
            case INTERNAL_ERROR -> ProblemType.INTERNAL;
            default ->
                switch (status.code()) {
                    case 404 -> ProblemType.NOT_FOUND;
                    case 413 -> ProblemType.BODY_TOO_LARGE;
                    default -> ProblemType.INVALID_PARAMETER;
                };
        };
        headers.set(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/problem+json"));
        headers.set(workerHeader);
        headers.set(HeaderValues.create(
                HeaderNames.create(RevisionToken.HEADER), lastSeen.get().toString()));
        return DirectHandler.TransportResponse.builder()
                .status(Status.create(type.status()))
                .headers(headers)
                .keepAlive(false)
                .entity(Json.write(Problem.of(type, "The request is not one that this server understands.")))
                .build();
    }

    /// Binds the port and serves.
    public void start() {
        server.start();
    }

    public int port() {
        return server.port();
    }

    /// How many requests it has begun to answer.
    public long requests() {
        return begun.sum();
    }

    /// From now on each answer asks its client to close the connection.
    public synchronized void beginDraining() {
        if (!draining) {
            drainUntil = System.nanoTime() + drainTimeout.toNanos();
            draining = true;
        }
    }

    private synchronized boolean mayDrain() {
        return System.nanoTime() < drainUntil;
    }

    /// Leaves the port to the other workers, so that nobody's connection is reset when this one closes: hears of no new
    /// connections. They go to the worker that is one too many, the successor of this one; if there is none, they come
    /// about after this one has closed, a second late. Elsewhere than on Linux this does nothing.
    ///
    /// @param workers how many share the port as a rule
    public void sendNewElsewhere(int workers) {
        try {
            var listening = new ListeningSockets(port());
            listening.sendNewTo(workers);
            listening.dropNew();
            sockets = listening;
        } catch (IOException | RuntimeException e) {
            log.info("Those who connect just now may be reset ({})", e.toString());
        }
    }

    /// Returns once those who were connected have had their say, at the latest after the drain timeout.
    ///
    /// A connection is lost only if it took its client longer than 200 ms to connect and send a request, or to send the
    /// next one.
    public void awaitQuiet() {
        try {
            var listening = sockets;
            long quietSince = System.nanoTime();
            long before = begun.sum();
            while (System.nanoTime() - quietSince < QUIET.toNanos() && mayDrain()) {
                Thread.sleep(5);
                long now = begun.sum();
                if (now != before || (listening != null && listening.haveWaiting())) {
                    before = now;
                    quietSince = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops accepting connections, and lets requests under way end first.
    @Override
    public void close() {
        beginDraining();
        while (begun.sum() > ended.sum() && mayDrain()) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        server.stop();
    }
}
