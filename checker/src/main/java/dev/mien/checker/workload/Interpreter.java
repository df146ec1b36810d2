package dev.mien.checker.workload;

import dev.mien.checker.history.Operation;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/// Says what an answer means for the operation that asked.
final class Interpreter {
    private final Counts counts;

    Interpreter(Counts counts) {
        this.counts = counts;
    }

    /// The operation with what its answer says. An answer that the API does not know leaves it unknown.
    Operation judge(Operation operation, Collection collection, Reply reply, long now) {
        int status = reply.status();
        int worker = reply.worker();
        try {
            return switch (status) {
                case 200, 201 -> shown(operation, collection, reply, now).withToken(reply.token());
                case 204, 304 ->
                    reply.version() == 0
                            ? surprising(operation, reply, now, "names no version")
                            : operation.ok(now, status, worker, reply.version()).withToken(reply.token());
                case 404 -> operation.absent(now, status, worker).withToken(reply.token());
                case 409, 412, 422 ->
                    operation
                            .refused(now, status, worker)
                            .withVersion(reply.json().path("currentVersion").asLong(0))
                            .withToken(reply.token());
                case 503 ->
                    reply.isNotApplied() || !operation.kind().isWrite()
                            ? operation.failed(now, status, worker)
                            : operation.unknown(now, status, worker);
                default ->
                    surprising(
                            operation, reply, now, reply.json().path("detail").asString(""));
            };
        } catch (IOException | IllegalArgumentException e) {
            return surprising(operation, reply, now, String.valueOf(e.getMessage()));
        }
    }

    Operation surprising(Operation operation, Reply reply, long now, String why) {
        counts.surprise(operation.kind() + " was answered with " + reply.status() + ": " + why);
        return operation.unknown(now, reply.status(), reply.worker());
    }

    private static Operation shown(Operation operation, Collection collection, Reply reply, long now)
            throws IOException {
        return shown(operation, collection, reply, reply.json(), now);
    }

    /// A read that shows this document, or a write that made it so.
    static Operation shown(Operation operation, Collection collection, Reply reply, JsonNode document, long now) {
        return operation
                .ok(now, reply.status(), reply.worker(), collection.version(document, reply))
                .withRevision(document.path("revision").asLong(0))
                .withSeen(collection.fields(document));
    }
}
