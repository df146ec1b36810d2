package dev.mien.document;

import dev.mien.api.ProblemType;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Cursor;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.ProblemException;
import dev.mien.http.Route;
import dev.mien.store.Document;
import dev.mien.store.Version;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import jakarta.json.JsonStructure;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The addresses of one collection's history: versions, their differences, and the way back to one.
public final class HistoryResource {
    private final DocumentService service;
    private final Bodies bodies;
    private final String one;
    private final String schema;

    /// @param one the address of a document, with its id in braces
    /// @param schema the name of a document's schema
    HistoryResource(DocumentService service, Bodies bodies, String one, String schema) {
        this.service = service;
        this.bodies = bodies;
        this.one = one;
        this.schema = schema;
    }

    List<Route> routes() {
        return List.of(
                Route.of(Method.GET, one + "/versions", "List the versions, newest first", 200, this::versions)
                        .gives("VersionPage")
                        .with("limit", "cursor"),
                Route.of(Method.GET, one + "/versions/{version}", "Get one version", 200, this::version)
                        .gives(schema)
                        .with("If-None-Match"),
                Route.of(
                                Method.GET,
                                one + "/versions/{version}/diff/{other}",
                                "Compare two versions, member by member and as a JSON patch (RFC 6902)",
                                200,
                                this::diff)
                        .gives("Difference"),
                Route.of(
                                Method.POST,
                                one + "/restore",
                                "Make an older version the newest one again",
                                200,
                                this::restore)
                        .takes("VersionName")
                        .gives(schema)
                        .with("If-Match")
                        .with(Origins.ALL));
    }

    private void versions(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("limit", "cursor"), request);
        String id = DocumentResource.id(request);
        String scope = service.collection().name() + "/" + id + "/versions?in="
                + service.lastSeen().incarnation();
        String cursor = DocumentResource.parameter(request, "cursor");
        long before = cursor == null ? Long.MAX_VALUE : Long.parseLong(Cursor.decode(cursor, scope));
        var history = service.history(id, before, DocumentResource.limit(request));
        var page = JsonNodeFactory.instance.objectNode();
        var items = page.putArray("items");
        history.versions().forEach(version -> items.add(summary(version)));
        page.put(
                "next_cursor",
                history.hasMore()
                        ? Cursor.encode(
                                Long.toString(history.versions().getLast().version()), scope)
                        : null);
        Answers.json(request, response, Json.write(page), history.asOf());
    }

    private static ObjectNode summary(Version version) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("version", version.version())
                .put("revision", version.revision())
                .put("operation", version.operation())
                .put("at", version.at())
                .put("actor", version.actor())
                .put("message", version.message());
        version.fields().forEach(json.putArray("fields")::add);
        return json;
    }

    private void version(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var found = service.version(DocumentResource.id(request), pathNumber(request, "version"));
        Answers.document(request, response, service.requiredDocument(found), found.asOf());
    }

    private static long pathNumber(ServerRequest request, String name) {
        return DocumentResource.number(name, request.path().pathParameters().get(name));
    }

    private void diff(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        String id = DocumentResource.id(request);
        var older = service.version(id, pathNumber(request, "version"));
        var newer = service.version(id, pathNumber(request, "other"));
        var before = service.requiredDocument(older);
        var after = service.requiredDocument(newer);
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("from", before.version())
                .put("to", after.version());
        json.set("fields", Json.tree(FieldChange.between(before, after)));
        json.set("patch", patch(before, after));
        Answers.json(request, response, Json.write(json), newer.asOf());
    }

    /// What makes the body of one version the body of the other.
    private static JsonNode patch(Document before, Document after) {
        var patch = jakarta.json.Json.createDiff(structure(before), structure(after));
        return Json.parseStored(patch.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonStructure structure(Document document) {
        byte[] body = Json.write(Schema.bodyOf((ObjectNode) Json.parseStored(document.json())));
        try (var reader = jakarta.json.Json.createReader(new StringReader(new String(body, StandardCharsets.UTF_8)))) {
            return reader.read();
        }
    }

    private void restore(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            var committed = service.restore(
                    DocumentResource.id(request),
                    versionOf(body.json()),
                    DocumentResource.expected(request),
                    Origins.of(request, body.bytes()));
            Answers.written(
                    request,
                    response,
                    Status.OK_200,
                    committed.written().getFirst().document(),
                    committed.asOf());
        }
    }

    /// The number in a body `{"version": n}`.
    public static long versionOf(JsonNode body) {
        var version = body.get("version");
        if (body.size() == 1 && version != null && version.isIntegralNumber() && version.canConvertToLong()) {
            return DocumentResource.number("version", version.asString());
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER, "The body must be {\"version\": n} with the number of a version.");
    }
}
