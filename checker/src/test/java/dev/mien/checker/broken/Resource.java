package dev.mien.checker.broken;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Token;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The addresses of one collection on one worker, as far as a workload uses them. `docs/api.md` says what they mean.
final class Resource {
    private static final JsonMapper JSON = new JsonMapper();
    static final HeaderName REVISION = HeaderNames.create(RevisionToken.HEADER);
    private static final HeaderName VERSION = HeaderNames.create("Mien-Version");

    private final Worker worker;
    private final String collection;

    Resource(Worker worker, String collection) {
        this.worker = worker;
        this.collection = collection;
    }

    void register(HttpRouting.Builder routing) {
        String path = "/api/v1/" + collection;
        if (collection.equals("users")) {
            routing.get(path + "/by-username/{username}", answering(this::getByUsername));
        }
        routing.post(path, answering(this::post))
                .get(path, answering(this::list))
                .get(path + "/{id}", answering(this::get))
                .patch(path + "/{id}", answering(this::patch))
                .put(path + "/{id}", answering(this::put))
                .delete(path + "/{id}", answering(this::delete));
    }

    /// The handler, with what it refuses turned into a problem.
    private Handler answering(Handler handler) {
        return (request, response) -> {
            try {
                handler.handle(request, response);
            } catch (Refusal refusal) {
                var asOf = Optional.ofNullable(refusal.asOf());
                problem(response, refusal.problem(), asOf.orElseGet(this::newestSeen));
            } catch (JacksonException malformed) {
                problem(response, Problem.of(ProblemType.MALFORMED_BODY, "It is no JSON object."), newestSeen());
            }
        };
    }

    private Token newestSeen() {
        return worker.snapshot().asOf();
    }

    private void post(ServerRequest request, ServerResponse response) {
        var created = worker.create(collection, body(request));
        send(response.status(Status.CREATED_201), created);
    }

    private void get(ServerRequest request, ServerResponse response) {
        var found = worker.get(key(request));
        var row = required(found);
        if (tags(request, HeaderNames.IF_NONE_MATCH).contains(row.etag())) {
            sendVersion(response.status(Status.NOT_MODIFIED_304), found);
        } else {
            send(response, found);
        }
    }

    private void getByUsername(ServerRequest request, ServerResponse response) {
        send(response, worker.getByUsername(request.path().pathParameters().get("username")));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var snapshot = worker.snapshotForList();
        int limit = request.query().first("limit").map(Integer::parseInt).orElse(50);
        String tag = request.query().first("tag").orElse(null);
        var page = JSON.createObjectNode();
        var items = page.putArray("items");
        String cursor = request.query().first("cursor").orElse(null);
        var rows = snapshot.list(collection, tag, cursor, limit + 1);
        rows.stream().limit(limit).forEach(row -> items.add(row.document()));
        page.put("next_cursor", rows.size() > limit ? rows.get(limit - 1).key().id() : null);
        response.header(REVISION, snapshot.asOf().toString());
        response.header(HeaderValues.CONTENT_TYPE_JSON).send(JSON.writeValueAsBytes(page));
    }

    private void patch(ServerRequest request, ServerResponse response) {
        send(response, commit(request, new MergePatch(body(request))));
    }

    private void put(ServerRequest request, ServerResponse response) {
        if (!request.headers().contains(HeaderNames.IF_MATCH)) {
            throw new Refusal(Problem.of(ProblemType.VERSION_REQUIRED, "PUT needs If-Match."), null);
        }
        var whole = body(request);
        send(response, commit(request, current -> whole));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var deleted = commit(request, current -> current.deepCopy().put("is_active", false));
        sendVersion(response.status(Status.NO_CONTENT_204), deleted);
    }

    private RowAt commit(ServerRequest request, UnaryOperator<ObjectNode> change) {
        var tags = tags(request, HeaderNames.IF_MATCH);
        Predicate<Row> condition = row -> tags.isEmpty() || tags.contains("*") || tags.contains(row.etag());
        return worker.commit(new Edit(key(request), condition, change));
    }

    private void send(ServerResponse response, RowAt found) {
        var row = required(found);
        response.header(REVISION, found.asOf().toString());
        response.header(HeaderNames.ETAG, row.etag());
        response.header(HeaderValues.CONTENT_TYPE_JSON).send(JSON.writeValueAsBytes(row.document()));
    }

    /// An answer without a body.
    private void sendVersion(ServerResponse response, RowAt found) {
        var row = required(found);
        response.header(REVISION, found.asOf().toString());
        response.header(HeaderNames.ETAG, row.etag());
        response.header(VERSION, Long.toString(row.version())).send();
    }

    private static void problem(ServerResponse response, Problem problem, Token asOf) {
        response.status(Status.create(problem.status())).header(REVISION, asOf.toString());
        response.header(HeaderNames.CONTENT_TYPE, "application/problem+json").send(JSON.writeValueAsBytes(problem));
    }

    private Row required(RowAt found) {
        var row = found.row();
        if (row == null) {
            throw Refusal.notFound(collection, found.asOf());
        }
        return row;
    }

    private Key key(ServerRequest request) {
        return new Key(collection, request.path().pathParameters().get("id"));
    }

    private static ObjectNode body(ServerRequest request) {
        return JSON.readValue(request.content().as(byte[].class), ObjectNode.class);
    }

    /// The entity tags of the header, none without it.
    private static List<String> tags(ServerRequest request, HeaderName header) {
        if (!request.headers().contains(header)) {
            return List.of();
        }
        return request.headers().get(header).allValues().stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .toList();
    }
}
