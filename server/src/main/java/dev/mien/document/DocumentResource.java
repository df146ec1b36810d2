package dev.mien.document;

import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Origins;
import dev.mien.http.Precondition;
import dev.mien.http.Preconditions;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import dev.mien.store.Document;
import dev.mien.store.Outcome.Committed;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The addresses of one collection: create, get, patch, put, delete, list.
public abstract class DocumentResource {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAXIMUM_LIMIT = 500;

    private final DocumentService service;
    private final Bodies bodies;
    private final String path;
    private final Set<String> parameters;
    private final Set<String> selectors;
    private final ListShape shape;

    /// @param filters the query parameters of the list, besides `limit`, `cursor` and `fields`
    /// @param selectors the query parameters that choose a version of one document
    /// @param shape what its lists can do
    protected DocumentResource(
            DocumentService service, Bodies bodies, Set<String> filters, Set<String> selectors, ListShape shape) {
        this.service = service;
        this.bodies = bodies;
        this.path = "/api/v1/" + service.collection().name();
        var known = new TreeSet<>(filters);
        known.addAll(List.of("limit", "cursor", "fields"));
        this.parameters = known;
        this.selectors = new TreeSet<>(selectors);
        this.shape = shape;
    }

    protected String path() {
        return path;
    }

    /// The routes, those that are asked for most first.
    public List<Route> routes() {
        String noun = service.noun();
        String schema = Character.toUpperCase(noun.charAt(0)) + noun.substring(1);
        String one = path + "/{id}";
        var routes = new ArrayList<>(List.of(
                Route.of(Method.GET, one, "Get a " + noun + ", deleted or not", 200, this::get)
                        .gives(schema)
                        .with("If-None-Match", ReadModes.HEADER)
                        .with(selectors),
                Route.of(Method.PATCH, one, "Change what a JSON merge patch names (RFC 7396)", 200, this::patch)
                        .takes(schema + "Patch")
                        .gives(schema)
                        .with("If-Match", "on_conflict")
                        .with(Origins.ALL),
                Route.of(Method.PUT, one, "Replace the whole " + noun, 200, this::put)
                        .takes(schema + "Draft")
                        .gives(schema)
                        .with("If-Match")
                        .with(Origins.ALL),
                Route.of(
                                Method.DELETE,
                                one,
                                "Mark a " + noun + " as deleted; it stays readable, unless it is purged",
                                204,
                                this::delete)
                        .with("If-Match", "purge")
                        .with(Origins.ALL),
                Route.of(Method.GET, path, "List " + noun + "s, newest first", 200, this::list)
                        .gives(schema + "Page")
                        .with(parameters)
                        .with(ReadModes.HEADER),
                Route.of(Method.POST, path, "Create a " + noun + ", or all of an array or none", 201, this::post)
                        .takes(schema + "Drafts")
                        .gives(schema + "OrList")
                        .with(Origins.ALL)));
        routes.addAll(new HistoryResource(service, bodies, one, schema).routes());
        return routes;
    }

    private void get(ServerRequest request, ServerResponse response) {
        if (request.query().isEmpty()) {
            var found = service.get(id(request), ReadModes.of(request));
            Answers.document(request, response, Objects.requireNonNull(found.document()), found.asOf());
            return;
        }
        refuseParametersBut(selectors, request);
        var found = select(request);
        Answers.document(request, response, found.document(), found.asOf());
    }

    /// A version that the client chose.
    public record Selected(Document document, RevisionToken asOf) {}

    /// The version that the parameters of a `GET` ask for.
    ///
    /// @throws ProblemException if there is none
    protected Selected select(ServerRequest request) {
        var found = service.version(id(request), number("version", parameter(request, "version")));
        return new Selected(service.requiredDocument(found), found.asOf());
    }

    private void post(ServerRequest request, ServerResponse response) {
        refuseParametersBut(Set.of(), request);
        try (var body = bodies.json(request)) {
            var committed = service.create(body.json(), Origins.of(request, body.bytes()));
            if (body.json().isArray()) {
                var documents = committed.written().stream()
                        .map(written -> written.document().json())
                        .toList();
                response.status(Status.CREATED_201);
                Answers.json(request, response, ListAnswer.joined("[", documents, "]"), committed.asOf());
            } else {
                var document = committed.written().getFirst().document();
                response.header(HeaderValues.create(HeaderNames.LOCATION, path + "/" + document.id()));
                Answers.written(request, response, Status.CREATED_201, document, committed.asOf());
            }
        }
    }

    private void patch(ServerRequest request, ServerResponse response) {
        refuseParametersBut(Set.of("on_conflict"), request);
        boolean merge = flag(request, "on_conflict", "merge", "fail");
        try (var body = bodies.mergePatch(request)) {
            var committed = service.update(
                    id(request), body.json(), expected(request), merge, Origins.of(request, body.bytes()));
            changed(request, response, committed);
        }
    }

    private void put(ServerRequest request, ServerResponse response) {
        refuseParametersBut(Set.of(), request);
        var expected = Preconditions.ifMatch(request)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.VERSION_REQUIRED,
                        "PUT needs If-Match with the ETag of the version that it replaces."));
        try (var body = bodies.json(request)) {
            var committed = service.replace(id(request), body.json(), expected, Origins.of(request, body.bytes()));
            changed(request, response, committed);
        }
    }

    private static void changed(ServerRequest request, ServerResponse response, Committed committed) {
        var document = committed.written().getFirst().document();
        Answers.written(request, response, Status.OK_200, document, committed.asOf());
    }

    private void delete(ServerRequest request, ServerResponse response) {
        refuseParametersBut(Set.of("purge"), request);
        boolean purge = flag(request, "purge", "true", "false");
        var origin = Origins.of(request);
        var committed = purge
                ? service.purge(id(request), expected(request), origin)
                : service.delete(id(request), expected(request), origin);
        Answers.deleted(response, committed.written().getFirst().document(), committed.asOf());
    }

    private void list(ServerRequest request, ServerResponse response) {
        refuseParametersBut(parameters, request);
        list(request, response, parameter(request, "owner"));
    }

    /// A page of the list.
    ///
    /// @param owner only documents that this id owns; null for all
    protected void list(ServerRequest request, ServerResponse response, @Nullable String owner) {
        var asked = ListRequest.of(request, service, shape, owner);
        var listing = service.list(asked.query(), ReadModes.of(request));
        Answers.json(request, response, ListAnswer.of(asked, listing, shape), listing.asOf());
    }

    static Precondition expected(ServerRequest request) {
        return Preconditions.ifMatch(request).orElse(Precondition.NONE);
    }

    public static String id(ServerRequest request) {
        return request.path().pathParameters().get("id");
    }

    /// The parameter `limit`, or its default.
    public static int limit(ServerRequest request) {
        String text = parameter(request, "limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAXIMUM_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below like any other text.
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER, "limit must be a number from 1 to " + MAXIMUM_LIMIT + ".");
    }

    /// The number of a version or the like in a parameter that has to be there.
    public static long number(ServerRequest request, String name) {
        return number(name, parameter(request, name));
    }

    /// A version's number.
    ///
    /// @param text null where it was not given
    protected static long number(String name, @Nullable String text) {
        if (text != null && text.matches("[1-9][0-9]{0,17}")) {
            return Long.parseLong(text);
        }
        throw new ProblemException(ProblemType.INVALID_PARAMETER, name + " must be a number from 1.");
    }

    /// Whether a parameter is `yes`; without it, no.
    public static boolean flag(ServerRequest request, String name, String yes, String no) {
        String text = parameter(request, name);
        if (text != null && !text.equals(yes) && !text.equals(no)) {
            throw new ProblemException(ProblemType.INVALID_PARAMETER, name + " must be " + yes + " or " + no + ".");
        }
        return yes.equals(text);
    }

    public static @Nullable String parameter(ServerRequest request, String name) {
        return request.query().first(name).orElse(null);
    }

    public static void refuseParametersBut(Set<String> known, ServerRequest request) {
        if (request.query().isEmpty()) {
            return;
        }
        for (String name : request.query().names()) {
            if (!known.contains(name)) {
                throw new ProblemException(
                        ProblemType.INVALID_PARAMETER,
                        "There is no parameter " + name + " here"
                                + (known.isEmpty() ? "." : "; there are " + String.join(", ", known) + "."));
            }
        }
    }
}
