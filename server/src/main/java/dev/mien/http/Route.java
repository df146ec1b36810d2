package dev.mien.http;

import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/// One method of one address, and what the description at `/openapi.json` says of it.
///
/// @param path with parameters in braces: `/api/v1/personas/{id}`
/// @param summary what it does, as one phrase
/// @param success the status of a good answer
/// @param requestSchema the name of the body's schema; empty where there is no body
/// @param responseSchema the name of the answer's schema; empty where it has no JSON body
/// @param parameters the names of the query parameters and headers that it understands
/// @param reads whether it leaves the store as it is
public record Route(
        Method method,
        String path,
        Handler handler,
        String summary,
        int success,
        String requestSchema,
        String responseSchema,
        List<String> parameters,
        boolean reads) {

    public static Route of(Method method, String path, String summary, int success, Handler handler) {
        return new Route(method, path, handler, summary, success, "", "", List.of(), method.equals(Method.GET));
    }

    public Route takes(String schema) {
        return new Route(method, path, handler, summary, success, schema, responseSchema, parameters, reads);
    }

    public Route gives(String schema) {
        return new Route(method, path, handler, summary, success, requestSchema, schema, parameters, reads);
    }

    public Route with(String... names) {
        return with(List.of(names));
    }

    public Route with(Collection<String> names) {
        var all = Stream.concat(parameters.stream(), names.stream()).toList();
        return new Route(method, path, handler, summary, success, requestSchema, responseSchema, all, reads);
    }

    /// The same route, said to leave the store as it is, whatever its method.
    public Route reading() {
        return new Route(method, path, handler, summary, success, requestSchema, responseSchema, parameters, true);
    }
}
