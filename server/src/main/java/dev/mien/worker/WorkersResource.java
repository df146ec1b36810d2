package dev.mien.worker;

import dev.mien.api.RevisionToken;
import dev.mien.http.Answers;
import dev.mien.http.Json;
import dev.mien.http.Route;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;

/// `/api/v1/workers`: what the workers of this server wrote down about themselves.
public final class WorkersResource {
    private final WorkerBoard board;
    private final int worker;
    private final Supplier<RevisionToken> lastSeen;

    /// @param worker the number of the worker that answers
    public WorkersResource(WorkerBoard board, int worker, Supplier<RevisionToken> lastSeen) {
        this.board = board;
        this.worker = worker;
        this.lastSeen = lastSeen;
    }

    public List<Route> routes() {
        return List.of(Route.of(Method.GET, "/api/v1/workers", "The workers of this server", 200, this::list)
                .gives("Workers"));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        for (var entry : board.entries()) {
            items.addObject()
                    .put("worker", entry.number())
                    .put("pid", entry.pid())
                    .put("started_at", entry.startedAt().toString())
                    .put("seen_at", entry.seenAt().toString())
                    .put("requests", entry.requests())
                    .put("revision", entry.revision());
        }
        answer.put("answered_by", worker);
        Answers.json(request, response, Json.write(answer), lastSeen.get());
    }
}
