package dev.mien.render;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.document.DocumentResource;
import dev.mien.document.DocumentResource.Selected;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.Preconditions;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import dev.mien.persona.PersonaResource;
import dev.mien.persona.PersonaService;
import dev.mien.store.Document;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The addresses of prompts.
public final class RenderResource {
    private static final String RENDER = "/api/v1/personas/{id}/render";
    private static final String PROMPT = "/api/v1/personas/{id}/prompt";
    private static final Set<String> PARAMETERS =
            Set.of("format", "user", "label", "version", "seed", "greeting", "now", "card_macros");

    private static final int TURNS = Math.max(2, Runtime.getRuntime().availableProcessors());
    /// From this size in bytes a persona and the conversation together count as large.
    private static final int LARGE = 128 * 1024;

    private final Renderer renderer;
    private final PersonaService personas;
    private final PersonaResource addresses;
    private final Bodies bodies;
    /// Rendering needs nothing but the processor, so no more are under way than processors to do it; and of those that
    /// need much memory one alone.
    private final Semaphore turns = new Semaphore(TURNS);

    public RenderResource(Renderer renderer, PersonaService personas, PersonaResource addresses, Bodies bodies) {
        this.renderer = renderer;
        this.personas = personas;
        this.addresses = addresses;
        this.bodies = bodies;
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.POST, RENDER, "Make the prompt of a conversation", 200, this::render)
                        .takes("RenderRequest")
                        .gives("Rendered")
                        .with(ReadModes.HEADER)
                        .reading(),
                Route.of(Method.GET, PROMPT, "Make the prompt of a conversation that begins", 200, this::prompt)
                        .gives("Rendered")
                        .with("If-None-Match", ReadModes.HEADER)
                        .with(PARAMETERS.stream().sorted().toList()));
    }

    private void render(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            answer(request, response, body.json(), body.bytes().length, false);
        }
    }

    private void prompt(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(PARAMETERS, request);
        answer(request, response, asBody(request), 0, true);
    }

    /// The parameters as the members of a body.
    private static ObjectNode asBody(ServerRequest request) {
        var body = JsonNodeFactory.instance.objectNode();
        for (String name : PARAMETERS) {
            String text = DocumentResource.parameter(request, name);
            if (text == null) {
                continue;
            }
            switch (name) {
                case "version", "seed" -> body.put(name, number(name, text));
                case "greeting" -> {
                    if (text.equals("none")) {
                        body.put(name, text);
                    } else {
                        body.put(name, number(name, text));
                    }
                }
                case "card_macros" -> body.put(name, DocumentResource.flag(request, name, "true", "false"));
                default -> body.put(name, text);
            }
        }
        return body;
    }

    private static long number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new ProblemException(ProblemType.INVALID_PARAMETER, name + " must be a whole number.");
        }
    }

    private void answer(
            ServerRequest request, ServerResponse response, JsonNode body, int bytes, boolean asParameters) {
        RenderRequest asked;
        try {
            asked = RenderRequest.of(body);
        } catch (CannotRenderException e) {
            throw refused(e, asParameters, null);
        }
        var found = addresses.select(request, asked.version(), asked.label());
        byte[] json;
        boolean repeatable;
        int taken = found.document().json().length + bytes < LARGE ? 1 : TURNS;
        turns.acquireUninterruptibly(taken);
        try {
            var persona = (ObjectNode) Json.parseStored(found.document().json());
            if (asked.draft() != null) {
                persona = drafted(persona, asked.draft(), found.asOf());
            }
            var rendered = renderer.render(persona, asked);
            json = Json.write(answer(found.document(), persona, rendered, asked));
            repeatable = rendered.repeatable();
        } catch (CannotRenderException e) {
            throw refused(e, asParameters, found.asOf());
        } finally {
            turns.release(taken);
        }
        if (asParameters && repeatable) {
            send(request, response, json, found);
        } else {
            Answers.json(request, response, json, found.asOf());
        }
    }

    /// The persona as it would be with the draft. Nothing is stored.
    private ObjectNode drafted(ObjectNode persona, JsonNode draft, RevisionToken asOf) {
        var drafted = personas.preview(persona, draft, asOf);
        drafted.set("id", persona.path("id"));
        return drafted;
    }

    private static ObjectNode answer(Document document, ObjectNode persona, Rendered rendered, RenderRequest asked) {
        var json = JsonNodeFactory.instance.objectNode();
        json.putObject("persona")
                .put("id", document.id())
                .put("name", persona.path("name").stringValue(""))
                .put("version", document.version())
                .put("revision", document.revision());
        json.put("format", asked.format().name().toLowerCase(Locale.ROOT));
        rendered.write(json, asked.format());
        return json;
    }

    /// 200 with a tag of the content, or 304 if the client has it already.
    private static void send(ServerRequest request, ServerResponse response, byte[] json, Selected found) {
        String etag = "\"" + digest(json) + "\"";
        response.header(HeaderValues.create(HeaderNames.ETAG, etag));
        if (request.headers().contains(HeaderNames.IF_NONE_MATCH) && Preconditions.isUnmodified(request, etag)) {
            Answers.reflecting(response, found.asOf())
                    .status(Status.NOT_MODIFIED_304)
                    .send();
        } else {
            Answers.json(request, response, json, found.asOf());
        }
    }

    private static String digest(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProblemException refused(
            CannotRenderException e, boolean asParameters, @Nullable RevisionToken asOf) {
        var first = e.violations().getFirst();
        String what = first.pointer().isEmpty() ? "The prompt" : first.pointer();
        if (asParameters && asOf == null) {
            return new ProblemException(
                    ProblemType.INVALID_PARAMETER, first.pointer().replaceFirst("/", "") + " " + first.detail() + ".");
        }
        return new ProblemException(
                Problem.of(ProblemType.CANNOT_RENDER, what + " " + first.detail() + ".")
                        .withErrors(e.violations()),
                asOf);
    }
}
