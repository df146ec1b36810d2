package dev.mien.http;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.store.OtherHistoryException;
import dev.mien.store.StoreUnavailableException;
import io.helidon.http.HttpException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place that turns failures into `application/problem+json`. What nobody expected becomes a bare 500: the
/// details go to the log under the request's id, and nothing of them to the client.
public final class ProblemResponse {
    private static final Logger log = LoggerFactory.getLogger(ProblemResponse.class);

    private final String idPrefix;
    private final AtomicLong count = new AtomicLong();
    private final Supplier<RevisionToken> lastSeen;

    /// @param worker the number of this worker, part of each request's id
    /// @param lastSeen the token for problems that reflect no document
    public ProblemResponse(int worker, Supplier<RevisionToken> lastSeen) {
        this.idPrefix = worker + "-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        this.lastSeen = lastSeen;
    }

    public void register(HttpRouting.Builder routing) {
        routing.error(ProblemException.class, (request, response, e) -> {
            var asOf = e.asOf();
            send(request, response, e.problem(), asOf == null ? lastSeen.get() : asOf);
        });
        routing.error(StoreUnavailableException.class, (request, response, e) -> {
            log.warn("The store is unavailable: {}", e.getMessage());
            send(
                    request,
                    response,
                    Problem.of(ProblemType.STORE_UNAVAILABLE, "The store cannot be read at the moment."),
                    lastSeen.get());
        });
        routing.error(
                OtherHistoryException.class,
                (request, response, e) -> send(
                        request,
                        response,
                        Problem.of(ProblemType.OTHER_HISTORY, e.getMessage() + "."),
                        lastSeen.get()));
        routing.error(HttpException.class, this::httpFailure);
        routing.error(Exception.class, this::unexpected);
    }

    private void httpFailure(ServerRequest request, ServerResponse response, HttpException e) {
        int status = e.status().code();
        if (status == 404) {
            notFound(request, response);
        } else if (status == 413) {
            send(request, response, Problem.of(ProblemType.BODY_TOO_LARGE, "The body is too large."), lastSeen.get());
        } else if (status >= 400 && status < 500) {
            send(
                    request,
                    response,
                    Problem.of(ProblemType.INVALID_PARAMETER, "The request is not one that HTTP allows."),
                    lastSeen.get());
        } else {
            unexpected(request, response, e);
        }
    }

    /// The answer for an address that does not exist.
    public void notFound(ServerRequest request, ServerResponse response) {
        send(
                request,
                response,
                Problem.of(
                        ProblemType.NOT_FOUND,
                        "There is nothing at " + request.path().path() + "."),
                lastSeen.get());
    }

    private void unexpected(ServerRequest request, ServerResponse response, Exception e) {
        if (e instanceof CloseConnectionException || e instanceof UncheckedIOException) {
            throw (RuntimeException) e; // The client is gone.
        }
        var problem = Problem.of(ProblemType.INTERNAL, "The server met a fault of its own.")
                .withInstance(nextId());
        log.error(
                "{} {} failed; {}", request.prologue().method(), request.path().path(), problem.instance(), e);
        Answers.problem(request, response, problem, lastSeen.get());
    }

    private void send(ServerRequest request, ServerResponse response, Problem problem, RevisionToken asOf) {
        var named = problem.withInstance(nextId());
        log.debug("{} {}: {}", request.prologue().method(), request.path().path(), named);
        Answers.problem(request, response, named, asOf);
    }

    private String nextId() {
        return "/requests/" + idPrefix + count.incrementAndGet();
    }
}
