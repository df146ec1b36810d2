package dev.mien.checker.broken;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/// A server of several workers, each with a port of its own on the loopback address, all in this process.
public final class BrokenServer implements AutoCloseable {
    private static final HeaderName WORKER = HeaderNames.create("Mien-Worker");

    /// Helidon announces each port it opens. A logger is kept only as long as somebody holds it.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    static {
        HELIDON.setLevel(Level.WARNING);
    }

    private final List<WebServer> servers = new ArrayList<>();

    /// Starts as many workers, over an empty database of their own.
    public BrokenServer(Flaw flaw, int workers) {
        var made = flaw.workers();
        for (int number = 1; number <= workers; number++) {
            servers.add(start(number, made.apply(number)));
        }
    }

    private static WebServer start(int number, Worker worker) {
        var routing = HttpRouting.builder();
        routing.addFilter((chain, request, response) -> {
            response.header(WORKER, Integer.toString(number));
            chain.proceed();
        });
        new Resource(worker, "personas").register(routing);
        new Resource(worker, "users").register(routing);
        routing.get("/readyz", (request, response) -> {
            response.header(Resource.REVISION, worker.snapshot().asOf().toString());
            response.header(HeaderValues.CONTENT_TYPE_JSON).send("{\"status\":\"ready\"}");
        });
        return WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ZERO)
                .routing(routing)
                .build()
                .start();
    }

    /// The base address of each worker, in the order of their numbers.
    public List<URI> addresses() {
        return servers.stream()
                .map(server -> URI.create("http://127.0.0.1:" + server.port()))
                .toList();
    }

    @Override
    public void close() {
        servers.forEach(WebServer::stop);
    }
}
