package dev.mien.batch;

import dev.mien.api.ProblemType;
import dev.mien.batch.BatchService.Results;
import dev.mien.document.DocumentResource;
import dev.mien.document.DocumentService;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.Precondition;
import dev.mien.http.Preconditions;
import dev.mien.http.ProblemException;
import dev.mien.http.Route;
import dev.mien.store.Document;
import dev.mien.store.Query;
import dev.mien.store.Step;
import dev.mien.store.Store;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The address for many edits in one request.
public final class BatchResource {
    private static final String PATH = "/api/v1/batch";
    private static final int MOST = 1_000;
    private static final Set<String> MEMBERS = Set.of("atomic", "dry_run", "stop_on_error", "documents", "operations");
    private static final Set<String> OPERATION_MEMBERS =
            Set.of("op", "kind", "id", "if_match", "if_there", "actor", "message", "body");

    private final BatchService batch;
    private final List<DocumentService> services;
    private final Bodies bodies;

    /// @param services of the kinds of documents that a batch may edit
    public BatchResource(Store store, List<DocumentService> services, Bodies bodies) {
        this.batch = new BatchService(store);
        this.services = List.copyOf(services);
        this.bodies = bodies;
    }

    public List<Route> routes() {
        return List.of(Route.of(
                        Method.POST, PATH, "Make up to 1,000 edits, all or nothing or each for itself", 200, this::post)
                .takes("Batch")
                .gives("BatchResults")
                .with("dry_run")
                .with(Origins.ALL));
    }

    private void post(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("dry_run"), request);
        try (var body = bodies.json(request)) {
            var given = body.json();
            requireMembers(given, MEMBERS, "");
            boolean atomic = flag(given, "atomic", false);
            boolean stop = flag(given, "stop_on_error", false);
            boolean dryRun =
                    flag(given, "dry_run", false) || DocumentResource.flag(request, "dry_run", "true", "false");
            if (atomic && stop) {
                throw refused("/stop_on_error", "goes with independent operations: an atomic batch is done or not");
            }
            var operations = operations(given.path("operations"), atomic);
            var origin = Origins.of(request, body.bytes());
            var results = atomic
                    ? batch.atomic(operations, origin, dryRun)
                    : batch.independent(operations, origin, dryRun, stop);
            Answers.json(request, response, json(results, flag(given, "documents", true)), results.asOf());
        }
    }

    private List<Operation> operations(JsonNode given, boolean atomic) {
        if (!given.isArray() || given.isEmpty() || given.size() > MOST) {
            throw refused("/operations", "must be a list of 1 to " + MOST + " operations");
        }
        var operations = new ArrayList<Operation>();
        for (var operation : given) {
            operations.add(operation(operation, operations.size(), atomic));
        }
        return operations;
    }

    private Operation operation(JsonNode given, int position, boolean atomic) {
        String at = "/operations/" + position;
        requireMembers(given, OPERATION_MEMBERS, at);
        var kind = switch (String.valueOf(text(given, "op", at))) {
            case "create" -> Operation.Kind.CREATE;
            case "patch" -> Operation.Kind.PATCH;
            case "delete" -> Operation.Kind.DELETE;
            case "purge" -> Operation.Kind.PURGE;
            default -> throw refused(at + "/op", "must be create, patch, delete or purge");
        };
        String noun = text(given, "kind", at);
        var service = services.stream()
                .filter(one -> one.noun().equals(noun))
                .findFirst()
                .orElseThrow(() -> refused(
                        at + "/kind",
                        "must be "
                                + services.stream().map(DocumentService::noun).collect(Collectors.joining(" or "))));
        requireFitting(given, kind, at);
        String actor = text(given, "actor", at);
        String message = text(given, "message", at);
        if (atomic && (actor != null || message != null)) {
            throw refused(at, "has an actor or a message of its own; an atomic batch is one edit and has one of each");
        }
        String id = text(given, "id", at);
        String ifMatch = text(given, "if_match", at);
        var expected = ifMatch == null ? Precondition.NONE : Preconditions.parse(ifMatch, at + "/if_match");
        boolean replace = replaces(given, at);
        Step step = null;
        ProblemException refusal = null;
        try {
            step = step(kind, service, id, expected, replace, given.path("body"));
        } catch (ProblemException e) {
            refusal = e;
        }
        return new Operation(position, kind, service, step, refusal, actor, message);
    }

    /// Refuses members that mean nothing for an operation of this kind, and the lack of those that it needs.
    private static void requireFitting(JsonNode given, Operation.Kind kind, String at) {
        boolean creates = kind == Operation.Kind.CREATE;
        boolean hasBody = creates || kind == Operation.Kind.PATCH;
        if (!creates && !given.has("id")) {
            throw refused(at + "/id", "is missing");
        }
        if (given.has("body") != hasBody) {
            throw refused(at + "/body", hasBody ? "is missing" : "means nothing here");
        }
        if (creates && given.has("if_match")) {
            throw refused(at + "/if_match", "means nothing for a new document; see if_there");
        }
        if (given.has("if_there") && !(creates && given.has("id"))) {
            throw refused(at + "/if_there", "goes with a new document that has an id");
        }
    }

    private static Step step(
            Operation.Kind kind,
            DocumentService service,
            @Nullable String id,
            Precondition expected,
            boolean replace,
            JsonNode body) {
        return switch (kind) {
            case CREATE -> id == null ? service.createStep(body) : service.putStep(id, body, replace);
            case PATCH -> service.updateStep(String.valueOf(id), body, expected);
            case DELETE -> service.deleteStep(String.valueOf(id), expected);
            case PURGE -> service.purgeStep(String.valueOf(id), expected);
        };
    }

    private static boolean replaces(JsonNode given, String at) {
        String text = text(given, "if_there", at);
        if (text != null && !text.equals("refuse") && !text.equals("replace")) {
            throw refused(at + "/if_there", "must be refuse or replace");
        }
        return "replace".equals(text);
    }

    private static void requireMembers(JsonNode given, Set<String> known, String at) {
        if (!given.isObject()) {
            throw refused(at, "must be an object");
        }
        for (String name : given.propertyNames()) {
            if (!known.contains(name)) {
                throw refused(at, "has a member that is not known here; known are " + String.join(", ", known));
            }
        }
    }

    private static boolean flag(JsonNode given, String name, boolean byDefault) {
        var value = given.get(name);
        if (value == null) {
            return byDefault;
        }
        if (!value.isBoolean()) {
            throw refused("/" + name, "must be true or false");
        }
        return value.booleanValue();
    }

    private static @Nullable String text(JsonNode given, String name, String at) {
        var value = given.get(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw refused(at + "/" + name, "must be a text");
        }
        return value.stringValue();
    }

    private static ProblemException refused(String pointer, String detail) {
        return new ProblemException(
                ProblemType.INVALID_PARAMETER, (pointer.isEmpty() ? "The body" : pointer) + " " + detail + ".");
    }

    /// Documents are left out once they have become as large as a page may be.
    private static byte[] json(Results results, boolean withDocuments) {
        var json = new ByteArrayOutputStream();
        json.writeBytes(ascii("{\"results\":["));
        long bytes = 0;
        String comma = "";
        for (var result : results.results()) {
            json.writeBytes(ascii(comma));
            comma = ",";
            var written = result.written();
            var head =
                    Json.write(written == null ? refused(result) : done(result, written.document(), written.changed()));
            boolean gone = result.status() == 204;
            if (written == null || gone || !withDocuments || bytes >= Query.MAXIMUM_PAGE_BYTES) {
                json.writeBytes(head);
            } else {
                byte[] document = written.document().json();
                bytes += document.length;
                json.write(head, 0, head.length - 1);
                json.writeBytes(ascii(",\"document\":"));
                json.writeBytes(document);
                json.writeBytes(ascii("}"));
            }
        }
        json.writeBytes(ascii("]}"));
        return json.toByteArray();
    }

    private static ObjectNode done(Result result, Document document, boolean changed) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("status", result.status())
                .put("id", document.id())
                .put("version", document.version())
                .put("etag", document.etag())
                .put("changed", changed);
    }

    private static ObjectNode refused(Result result) {
        var json = JsonNodeFactory.instance.objectNode().put("status", result.status());
        json.set("problem", Json.tree(Objects.requireNonNull(result.problem())));
        return json;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
