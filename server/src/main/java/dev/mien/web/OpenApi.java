package dev.mien.web;

import dev.mien.document.DocumentService;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The description of the API (OpenAPI 3.1), made of the routes and schemas that the server works with.
public final class OpenApi {
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");
    private static final List<String> HEADERS = Stream.concat(
                    Stream.of("If-Match", "If-None-Match", "Last-Event-ID", ReadModes.HEADER), Origins.ALL.stream())
            .toList();

    private final ObjectNode root = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");

    public OpenApi(List<Route> routes, List<? extends DocumentService> services) {
        root.putObject("info")
                .put("title", "Mien")
                .put("version", "v1")
                .put(
                        "description",
                        "A persona server. Once an edit is acknowledged, every read that begins later reflects it, on any worker.");
        var paths = root.putObject("paths");
        for (var route : routes) {
            describe(route, paths.withObjectProperty(route.path()));
        }
        var schemas = root.putObject("components").putObject("schemas");
        services.forEach(service -> describe(service, schemas));
        describeSnippet(schemas);
        describeHistory(schemas);
        describeChanges(schemas);
        describeBulk(schemas);
        describeAssets(schemas);
        describeRendering(schemas);
        describeCards(schemas);
        describeWorkers(schemas);
        describeProblem(schemas);
    }

    private static void describeAssets(ObjectNode schemas) {
        var asset = members(schemas, "Asset");
        texts(asset, "address", "type");
        integers(asset, "size", "width", "height");
    }

    private static void describeCards(ObjectNode schemas) {
        listOf(members(schemas, "CardImport").putObject("results"), "CardResult");
        var result = members(schemas, "CardResult");
        texts(result, "file", "status", "id", "duplicate_of", "name", "container", "spec");
        result.putObject("spec_version");
        for (String list : List.of("warnings", "kept")) {
            result.putObject(list).put("type", "array").putObject("items").put("type", "string");
        }
        listOf(result.putObject("assets"), "CardAsset");
        texts(members(schemas, "CardAsset"), "type", "name", "uri", "status", "reason");
        result.putObject("problem").put("$ref", "#/components/schemas/Problem");
        var file = members(schemas, "CardFiles")
                .putObject("file")
                .put("type", "array")
                .putObject("items");
        file.put("type", "string").put("contentMediaType", "application/octet-stream");
    }

    public byte[] json() {
        return Json.write(root);
    }

    private static void describe(Route route, ObjectNode path) {
        var operation = path.putObject(route.method().text().toLowerCase(Locale.ROOT));
        operation.put("summary", route.summary());
        var parameters = operation.putArray("parameters");
        PARAMETER
                .matcher(route.path())
                .results()
                .forEach(match -> parameters
                        .addObject()
                        .put("name", match.group(1))
                        .put("in", "path")
                        .put("required", true)
                        .putObject("schema")
                        .put("type", "string"));
        route.parameters()
                .forEach(name -> parameters
                        .addObject()
                        .put("name", name)
                        .put("in", HEADERS.contains(name) ? "header" : "query")
                        .putObject("schema")
                        .put("type", "string"));
        if (!route.requestSchema().isEmpty()) {
            refer(
                    operation.putObject("requestBody").put("required", true).putObject("content"),
                    mediaType(route),
                    route.requestSchema());
        }
        var responses = operation.putObject("responses");
        var success = responses.putObject(Integer.toString(route.success())).put("description", route.summary());
        if (!route.responseSchema().isEmpty()) {
            refer(success.putObject("content"), "application/json", route.responseSchema());
        }
        refer(
                responses.putObject("default").put("description", "A problem").putObject("content"),
                "application/problem+json",
                "Problem");
    }

    private static String mediaType(Route route) {
        if (route.requestSchema().equals("CardFiles")) {
            return "multipart/form-data";
        }
        return route.method().text().equals("PATCH") ? "application/merge-patch+json" : "application/json";
    }

    private static void refer(ObjectNode content, String mediaType, String schema) {
        content.putObject(mediaType).putObject("schema").put("$ref", "#/components/schemas/" + schema);
    }

    private static void describe(DocumentService service, ObjectNode schemas) {
        String name =
                Character.toUpperCase(service.noun().charAt(0)) + service.noun().substring(1);
        var draft = schemas.putObject(name + "Draft").put("type", "object").put("additionalProperties", false);
        var patch = schemas.putObject(name + "Patch").put("type", "object").put("additionalProperties", false);
        var whole = schemas.putObject(name).put("type", "object");
        var members = whole.putObject("properties");
        members.putObject("id").put("type", "string");
        var draftMembers = draft.putObject("properties");
        var patchMembers = patch.putObject("properties");
        var required = draft.putArray("required");
        var present = whole.putArray("required").add("id");
        for (var field : service.schema().fields()) {
            members.set(field.name(), field.toJsonSchema());
            draftMembers.set(field.name(), field.toJsonSchema());
            patchMembers.set(field.name(), field.toJsonSchema());
            present.add(field.name());
            if (field.required()) {
                required.add(field.name());
            }
        }
        members.putObject("version").put("type", "integer").put("minimum", 1);
        members.putObject("revision").put("type", "integer").put("minimum", 1);
        members.putObject("created_at").put("type", "string").put("format", "date-time");
        members.putObject("updated_at").put("type", "string").put("format", "date-time");
        present.add("version").add("revision").add("created_at").add("updated_at");

        either(schemas.putObject(name + "Drafts"), name + "Draft");
        either(schemas.putObject(name + "OrList"), name);
        var page = schemas.putObject(name + "Page").put("type", "object").putObject("properties");
        var item = page.putObject("items").put("type", "array").putObject("items");
        item.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + name);
        listOf(item.putObject("properties").putObject("snippets"), "Snippet");
        page.putObject("next_cursor").putArray("type").add("string").add("null");
    }

    private static void describeSnippet(ObjectNode schemas) {
        var snippet = members(schemas, "Snippet");
        texts(snippet, "field", "text");
        var match = snippet.putObject("matches")
                .put("type", "array")
                .putObject("items")
                .put("type", "array")
                .put("minItems", 2)
                .put("maxItems", 2);
        match.putObject("items").put("type", "integer");
    }

    private static void either(ObjectNode schema, String name) {
        var choices = schema.putArray("oneOf");
        choices.addObject().put("$ref", "#/components/schemas/" + name);
        listOf(choices.addObject(), name);
    }

    private static void listOf(ObjectNode schema, String name) {
        schema.put("type", "array").putObject("items").put("$ref", "#/components/schemas/" + name);
    }

    private static void describeHistory(ObjectNode schemas) {
        var version = members(schemas, "Version");
        integers(version, "version", "revision");
        texts(version, "operation", "at", "actor", "message");
        version.putObject("fields").put("type", "array").putObject("items").put("type", "string");
        var page = members(schemas, "VersionPage");
        listOf(page.putObject("items"), "Version");
        page.putObject("next_cursor").putArray("type").add("string").add("null");
        integers(members(schemas, "VersionName"), "version");
        var change = members(schemas, "FieldChange");
        texts(change, "field");
        change.putObject("before");
        change.putObject("after");
        var difference = members(schemas, "Difference");
        integers(difference, "from", "to");
        listOf(difference.putObject("fields"), "FieldChange");
        difference.putObject("patch").put("type", "array").putObject("items").put("type", "object");
        var label = members(schemas, "Label");
        texts(label, "label", "moved_at");
        integers(label, "version", "revision");
        listOf(members(schemas, "Labels").putObject("items"), "Label");
    }

    private static void describeChanges(ObjectNode schemas) {
        var change = members(schemas, "Change");
        texts(change, "token", "kind", "id", "operation", "actor", "message", "at");
        integers(change, "revision", "version");
        change.putObject("fields").put("type", "array").putObject("items").put("type", "string");
        change.putObject("document").putArray("type").add("object").add("null");
        var changes = members(schemas, "Changes");
        listOf(changes.putObject("items"), "Change");
        texts(changes, "next");
        var draft = members(schemas, "WebhookDraft");
        var webhook = members(schemas, "Webhook");
        for (var members : List.of(draft, webhook)) {
            texts(members, "url", "secret", "owner", "tag");
            for (String flag : List.of("active", "include_document")) {
                members.putObject(flag).put("type", "boolean");
            }
            for (String list : List.of("kinds", "ids")) {
                members.putObject(list).put("type", "array").putObject("items").put("type", "string");
            }
        }
        texts(webhook, "id", "position", "created_at");
        listOf(members(schemas, "Webhooks").putObject("items"), "Webhook");
        var letter = members(schemas, "DeadLetter");
        texts(letter, "token", "error", "at");
        letter.putObject("redelivering").put("type", "boolean");
        listOf(members(schemas, "DeadLetters").putObject("items"), "DeadLetter");
        integers(members(schemas, "Redelivery"), "redelivering");
    }

    private static void describeBulk(ObjectNode schemas) {
        var batch = members(schemas, "Batch");
        flags(batch, "atomic", "dry_run", "stop_on_error", "documents");
        listOf(batch.putObject("operations"), "Operation");
        var operation = members(schemas, "Operation");
        texts(operation, "op", "kind", "id", "if_match", "if_there", "actor", "message");
        operation.putObject("body").put("type", "object");
        listOf(members(schemas, "BatchResults").putObject("results"), "BatchResult");
        var result = members(schemas, "BatchResult");
        integers(result, "status", "version");
        texts(result, "id", "etag");
        flags(result, "changed");
        result.putObject("document").put("type", "object");
        result.putObject("problem").put("$ref", "#/components/schemas/Problem");
        members(schemas, "Transfer")
                .putObject("to")
                .putArray("type")
                .add("string")
                .add("null");
        var transferred = members(schemas, "Transferred");
        integers(transferred, "transferred");
        flags(transferred, "more");
    }

    private static void describeRendering(ObjectNode schemas) {
        var message = members(schemas, "Message");
        texts(message, "role", "content");
        var request = members(schemas, "RenderRequest");
        listOf(request.putObject("messages"), "Message");
        texts(request, "user", "format", "now", "label");
        integers(request, "seed", "budget", "scan_depth", "version");
        request.putObject("greeting").putArray("type").add("integer").add("string");
        flags(request, "group", "card_macros");
        texts(
                request.putObject("original").put("type", "object").putObject("properties"),
                "system_prompt",
                "post_history_instructions");
        request.putObject("draft").put("$ref", "#/components/schemas/PersonaPatch");
        var rendered = members(schemas, "Rendered");
        var persona = rendered.putObject("persona").put("type", "object").putObject("properties");
        texts(persona, "id", "name");
        integers(persona, "version", "revision");
        texts(rendered, "format", "system", "text", "tokenizer");
        listOf(rendered.putObject("messages"), "Message");
        var part = members(schemas, "PromptPart");
        texts(part, "name", "role", "text");
        integers(part, "tokens");
        listOf(rendered.putObject("parts"), "PromptPart");
        integers(rendered, "tokens");
        var entry = members(schemas, "ChosenEntry");
        texts(entry, "name", "why");
        entry.putObject("id");
        for (String name : List.of("key", "in")) {
            entry.putObject(name).putArray("type").add("string").add("null");
        }
        integers(entry, "tokens");
        listOf(rendered.putObject("lorebook"), "ChosenEntry");
        rendered.putObject("warnings").put("type", "array").putObject("items").put("type", "string");
    }

    private static void describeWorkers(ObjectNode schemas) {
        var worker = members(schemas, "Worker");
        integers(worker, "worker", "pid", "requests", "revision");
        texts(worker, "started_at", "seen_at");
        var workers = members(schemas, "Workers");
        listOf(workers.putObject("items"), "Worker");
        integers(workers, "answered_by");
    }

    private static ObjectNode members(ObjectNode schemas, String name) {
        return schemas.putObject(name).put("type", "object").putObject("properties");
    }

    private static void texts(ObjectNode members, String... names) {
        for (String name : names) {
            members.putObject(name).put("type", "string");
        }
    }

    private static void flags(ObjectNode members, String... names) {
        for (String name : names) {
            members.putObject(name).put("type", "boolean");
        }
    }

    private static void integers(ObjectNode members, String... names) {
        for (String name : names) {
            members.putObject(name).put("type", "integer");
        }
    }

    private static void describeProblem(ObjectNode schemas) {
        var members = schemas.putObject("Problem").put("type", "object").putObject("properties");
        for (String text : List.of("type", "title", "detail", "instance", "outcome")) {
            members.putObject(text).put("type", "string");
        }
        members.putObject("status").put("type", "integer");
        members.putObject("currentVersion").put("type", "integer");
        listOf(members.putObject("changes"), "FieldChange");
        members.putObject("overlaps").put("type", "boolean");
        var error = members.putObject("errors")
                .put("type", "array")
                .putObject("items")
                .put("type", "object");
        error.putObject("properties").putObject("pointer").put("type", "string");
        error.withObjectProperty("properties").putObject("detail").put("type", "string");
    }
}
