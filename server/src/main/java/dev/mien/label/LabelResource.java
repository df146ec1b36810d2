package dev.mien.label;

import dev.mien.document.DocumentResource;
import dev.mien.document.HistoryResource;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.Preconditions;
import dev.mien.http.Route;
import dev.mien.store.Document;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The addresses of labels.
public final class LabelResource {
    private static final String ALL = "/api/v1/personas/{id}/labels";
    private static final String ONE = ALL + "/{label}";

    private final LabelService service;
    private final Bodies bodies;

    public LabelResource(LabelService service, Bodies bodies) {
        this.service = service;
        this.bodies = bodies;
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, ALL, "List the labels of a persona", 200, this::list)
                        .gives("Labels"),
                Route.of(Method.GET, ONE, "Get the version that a label names", 200, this::get)
                        .gives("Label"),
                Route.of(Method.PUT, ONE, "Make a label name a version", 200, this::put)
                        .takes("VersionName")
                        .gives("Label")
                        .with("If-Match")
                        .with(Origins.ALL),
                Route.of(Method.DELETE, ONE, "Remove a label", 204, this::delete)
                        .with("If-Match")
                        .with(Origins.ALL));
    }

    private void list(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var listing = service.list(DocumentResource.id(request));
        var json = JsonNodeFactory.instance.objectNode();
        var items = json.putArray("items");
        listing.documents().forEach(document -> items.add(view(document)));
        Answers.json(request, response, Json.write(json), listing.asOf());
    }

    /// What is told of a label: its name, the version that it names, and when it was moved.
    public static ObjectNode view(Document document) {
        var stored = Json.parseStored(document.json());
        return JsonNodeFactory.instance
                .objectNode()
                .put("label", stored.path("label").stringValue(""))
                .put("version", stored.path("target").longValue(0))
                .put("revision", document.revision())
                .put("moved_at", stored.path("updated_at").stringValue(""));
    }

    private void get(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var label = service.get(DocumentResource.id(request), name(request));
        Answers.view(request, response, label.document(), Json.write(view(label.document())), label.asOf());
    }

    private void put(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            var committed = service.move(
                    DocumentResource.id(request),
                    name(request),
                    HistoryResource.versionOf(body.json()),
                    Preconditions.ifMatch(request).orElse(null),
                    Origins.of(request, body.bytes()));
            var document = committed.written().getFirst().document();
            Answers.view(request, response, document, Json.write(view(document)), committed.asOf());
        }
    }

    private void delete(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var committed = service.remove(
                DocumentResource.id(request),
                name(request),
                Preconditions.ifMatch(request).orElse(null),
                Origins.of(request));
        Answers.deleted(response, committed.written().getFirst().document(), committed.asOf());
    }

    private static String name(ServerRequest request) {
        return request.path().pathParameters().get("label");
    }
}
