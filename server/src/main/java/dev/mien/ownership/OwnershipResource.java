package dev.mien.ownership;

import dev.mien.api.ProblemType;
import dev.mien.document.DocumentResource;
import dev.mien.document.DocumentService;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import dev.mien.persona.PersonaResource;
import dev.mien.store.Origin;
import dev.mien.store.Store;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The addresses of what a user owns.
public final class OwnershipResource {
    private static final String ONE = "/api/v1/users/{id}";

    private final OwnershipService service;
    private final PersonaResource personas;
    private final Bodies bodies;

    public OwnershipResource(
            Store store,
            DocumentService users,
            DocumentService personas,
            PersonaResource personaResource,
            Bodies bodies) {
        this.service = new OwnershipService(store, users, personas);
        this.personas = personaResource;
        this.bodies = bodies;
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, ONE + "/personas", "List the personas of a user, newest first", 200, this::list)
                        .gives("PersonaPage")
                        .with(PersonaResource.OF_OWNER.stream().sorted().toList())
                        .with(ReadModes.HEADER),
                Route.of(
                                Method.POST,
                                ONE + "/transfer",
                                "Give the personas of a user to another, or to nobody",
                                200,
                                this::transfer)
                        .takes("Transfer")
                        .gives("Transferred")
                        .with(Origins.SIGNATURE));
    }

    private void list(ServerRequest request, ServerResponse response) {
        String user = DocumentResource.id(request);
        service.requireUser(user);
        personas.listOf(user, request, response);
    }

    private void transfer(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            var given = Origins.of(request, body.bytes());
            // It may be repeated without a key: what was handed over is not there to be handed over again.
            var origin = new Origin(given.actor(), given.message(), null);
            var transferred = service.transfer(DocumentResource.id(request), newOwner(body.json()), origin);
            var json = JsonNodeFactory.instance
                    .objectNode()
                    .put("transferred", transferred.count())
                    .put("more", transferred.more());
            Answers.json(request, response, Json.write(json), transferred.asOf());
        }
    }

    private static @Nullable String newOwner(JsonNode body) {
        var to = body.get("to");
        if (body.size() == 1 && to != null && (to.isNull() || to.isString())) {
            return to.isNull() ? null : to.stringValue();
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER, "The body must be {\"to\": id} with the id of a user, or null.");
    }
}
