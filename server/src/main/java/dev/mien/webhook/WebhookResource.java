package dev.mien.webhook;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.document.DocumentResource;
import dev.mien.feed.ChangeFeed;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import dev.mien.http.Route;
import dev.mien.store.SideTables;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The addresses of webhooks.
public final class WebhookResource {
    private static final String ALL = "/api/v1/webhooks";
    private static final String ONE = ALL + "/{id}";
    private static final Set<String> MEMBERS =
            Set.of("url", "secret", "active", "kinds", "ids", "owner", "tag", "include_document");
    private static final int MOST_DEAD_LETTERS = 500;
    private static final int MOST_WEBHOOKS = 100;

    private final WebhookTables tables;
    private final ChangeFeed feed;
    private final Bodies bodies;
    private final WebhookConfig config;
    private final Supplier<RevisionToken> lastSeen;
    private final TimeBasedEpochGenerator generator = Generators.timeBasedEpochGenerator();

    public WebhookResource(
            SideTables tables, ChangeFeed feed, Bodies bodies, WebhookConfig config, Supplier<RevisionToken> lastSeen) {
        this.tables = new WebhookTables(tables);
        this.feed = feed;
        this.bodies = bodies;
        this.config = config;
        this.lastSeen = lastSeen;
    }

    /// Begins to tell the webhooks. To be closed before the feed.
    public Dispatcher dispatch() {
        return new Dispatcher(tables, feed, config);
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, ALL, "List the webhooks", 200, this::list).gives("Webhooks"),
                Route.of(Method.POST, ALL, "Register a URL that is told of changes", 201, this::post)
                        .takes("WebhookDraft")
                        .gives("Webhook"),
                Route.of(Method.GET, ONE + "/dead-letters", "List the events that were given up", 200, this::dead)
                        .gives("DeadLetters"),
                Route.of(
                                Method.POST,
                                ONE + "/dead-letters/redeliver",
                                "Try events that were given up once more",
                                202,
                                this::redeliver)
                        .gives("Redelivery")
                        .with("token"),
                Route.of(Method.GET, ONE, "Get a webhook", 200, this::get).gives("Webhook"),
                Route.of(Method.PATCH, ONE, "Change a webhook", 200, this::patch)
                        .takes("WebhookDraft")
                        .gives("Webhook"),
                Route.of(Method.DELETE, ONE, "Remove a webhook and its dead letters", 204, this::delete));
    }

    private void answer(ServerRequest request, ServerResponse response, JsonNode json) {
        Answers.json(request, response, Json.write(json), lastSeen.get());
    }

    private static ObjectNode view(Webhook webhook, boolean withSecret) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("id", webhook.id())
                .put("url", webhook.url())
                .put("active", webhook.active());
        webhook.kinds().forEach(json.putArray("kinds")::add);
        webhook.ids().forEach(json.putArray("ids")::add);
        json.put("owner", webhook.owner())
                .put("tag", webhook.tag())
                .put("include_document", webhook.includeDocument())
                .put("position", webhook.position())
                .put("created_at", webhook.createdAt());
        return withSecret ? json.put("secret", webhook.secret()) : json;
    }

    private Webhook required(ServerRequest request) {
        String id = DocumentResource.id(request);
        var webhook = tables.find(id);
        if (webhook == null) {
            throw new ProblemException(ProblemType.WEBHOOK_NOT_FOUND, "There is no webhook " + id + ".");
        }
        return webhook;
    }

    private void list(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var json = JsonNodeFactory.instance.objectNode();
        var items = json.putArray("items");
        tables.all().forEach(webhook -> items.add(view(webhook, false)));
        answer(request, response, json);
    }

    private void get(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        answer(request, response, view(required(request), false));
    }

    private void post(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            var blank = new Webhook(
                    generator.generate().toString(),
                    "",
                    Signature.newSecret(),
                    true,
                    List.of(),
                    List.of(),
                    null,
                    null,
                    false,
                    WebhookTables.now(),
                    1,
                    feed.head().toString());
            var webhook = changed(blank, body.json());
            if (tables.all().size() >= MOST_WEBHOOKS) {
                throw invalid("", "there are " + MOST_WEBHOOKS + " webhooks already");
            }
            tables.create(webhook);
            response.status(Status.CREATED_201)
                    .header(HeaderValues.create(HeaderNames.LOCATION, ALL + "/" + webhook.id()));
            answer(request, response, view(webhook, true));
        }
    }

    private void patch(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.mergePatch(request)) {
            while (true) {
                var before = required(request);
                var after = changed(before, body.json());
                if (tables.change(after)) {
                    answer(request, response, view(after, body.json().has("secret")));
                    return;
                }
            }
        }
    }

    private void delete(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        tables.delete(required(request).id());
        Answers.reflecting(response, lastSeen.get())
                .status(Status.NO_CONTENT_204)
                .send();
    }

    private void dead(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var json = JsonNodeFactory.instance.objectNode();
        var items = json.putArray("items");
        tables.deadLetters(required(request).id(), MOST_DEAD_LETTERS)
                .forEach(letter -> items.addObject()
                        .put("token", letter.token())
                        .put("error", letter.error())
                        .put("at", letter.at())
                        .put("redelivering", letter.again()));
        answer(request, response, json);
    }

    private void redeliver(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("token"), request);
        int count = tables.redeliver(required(request).id(), DocumentResource.parameter(request, "token"));
        response.status(Status.ACCEPTED_202);
        answer(request, response, JsonNodeFactory.instance.objectNode().put("redelivering", count));
    }

    private static ProblemException invalid(String member, String detail) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_WEBHOOK, "The webhook is not valid.")
                        .withErrors(List.of(new Violation(member.isEmpty() ? "" : "/" + member, detail))),
                null);
    }

    /// The webhook with what the body names.
    private Webhook changed(Webhook before, JsonNode body) {
        if (!body.isObject()) {
            throw invalid("", "must be an object");
        }
        for (String name : body.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                throw invalid(name, "is not known");
            }
        }
        var after = new Webhook(
                before.id(),
                body.has("url") ? url(body.get("url")) : before.url(),
                body.has("secret") ? secret(body.get("secret")) : before.secret(),
                flag(body, "active", before.active()),
                words(body, "kinds", before.kinds()),
                words(body, "ids", before.ids()),
                text(body, "owner", before.owner()),
                text(body, "tag", before.tag()),
                flag(body, "include_document", before.includeDocument()),
                before.createdAt(),
                before.url().isEmpty() ? before.edition() : before.edition() + 1,
                before.position());
        if (after.url().isEmpty()) {
            throw invalid("url", "is required");
        }
        try {
            after.filter();
        } catch (IllegalArgumentException e) {
            throw invalid("kinds", String.valueOf(e.getMessage()));
        }
        return after;
    }

    /// Refuses at once what would be refused at each delivery. A name that does not resolve may do so later.
    private String url(JsonNode value) {
        if (!value.isString()) {
            throw invalid("url", "must be a text");
        }
        try {
            Targets.resolve(Targets.parse(value.stringValue()), config.allowPrivate());
        } catch (IllegalArgumentException e) {
            throw invalid("url", String.valueOf(e.getMessage()));
        } catch (UnknownHostException notYet) {
            return value.stringValue();
        }
        return value.stringValue();
    }

    private static String secret(JsonNode value) {
        if (!value.isString() || !Signature.isSecret(value.stringValue())) {
            throw invalid("secret", "must be whsec_ and 24 to 64 bytes in Base64");
        }
        return value.stringValue();
    }

    private static boolean flag(JsonNode body, String name, boolean before) {
        var value = body.get(name);
        if (value == null) {
            return before;
        }
        if (!value.isBoolean()) {
            throw invalid(name, "must be true or false");
        }
        return value.booleanValue();
    }

    private static @Nullable String text(JsonNode body, String name, @Nullable String before) {
        var value = body.get(name);
        if (value == null) {
            return before;
        }
        if (!value.isNull() && !value.isString()) {
            throw invalid(name, "must be a text or null");
        }
        return value.isNull() ? null : value.stringValue();
    }

    private static List<String> words(JsonNode body, String name, List<String> before) {
        var value = body.get(name);
        if (value == null) {
            return before;
        }
        var words = new ArrayList<String>();
        for (var word : value) {
            if (!word.isString() || !word.stringValue().matches("[A-Za-z0-9._~-]+")) {
                throw invalid(name, "must be a list of words without commas");
            }
            words.add(word.stringValue());
        }
        if (!value.isArray()) {
            throw invalid(name, "must be a list");
        }
        return words;
    }
}
