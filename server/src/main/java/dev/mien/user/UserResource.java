package dev.mien.user;

import dev.mien.document.DocumentResource;
import dev.mien.document.ListShape;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The addresses of users.
public final class UserResource extends DocumentResource {
    private final UserService service;

    public UserResource(UserService service, Bodies bodies) {
        super(
                service,
                bodies,
                Set.of("active"),
                Set.of("version"),
                new ListShape(List.of(), List.of("username", "display_name", "is_active", "updated_at")));
        this.service = service;
    }

    @Override
    public List<Route> routes() {
        var routes = super.routes();
        routes.add(Route.of(Method.GET, path() + "/by-username/{username}", "Get a user by name", 200, this::byUsername)
                .gives("User")
                .with("If-None-Match", ReadModes.HEADER));
        return routes;
    }

    private void byUsername(ServerRequest request, ServerResponse response) {
        refuseParametersBut(Set.of(), request);
        var found = service.getByUsername(request.path().pathParameters().get("username"), ReadModes.of(request));
        Answers.document(request, response, Objects.requireNonNull(found.document()), found.asOf());
    }
}
