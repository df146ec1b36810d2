package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The loads by their names. The targets are shares of what `/livez` does.
final class Loads {
    static final String UNIFORM = "get-uniform";
    static final String PATCH = "patch";
    static final String HOT = "patch-hot";
    static final List<String> NAMES =
            List.of("livez", "get", UNIFORM, "not-modified", "list", PATCH, HOT, "mixed", "create", "create-array");
    private static final int PER_ARRAY = 100;
    private static final String PERSONAS = "/api/v1/personas";

    private Loads() {}

    static String help() {
        return """
                livez          the constant answer that all else is compared with
                get            GET one persona, always the same
                get-uniform    GET one of so many personas (--personas), chosen evenly
                not-modified   GET with If-None-Match, answered with 304
                list           GET a page of 20
                patch          PATCH one persona after another
                patch-hot      PATCH one persona, always the same; takes turns with patch
                mixed          95 GET and 5 PATCH of a hundred, over all personas
                create         POST one persona
                create-array   POST 100 personas as an array""";
    }

    /// @param server its name in reports; empty where there is only one
    /// @param ids the documents that it holds, at least one
    static Load named(String name, String server, Target on, Ids ids) throws IOException {
        String hot = PERSONAS + "/" + ids.get(0);
        return switch (name) {
            case "livez" -> on.livez();
            case "get" -> new Load(name, server, on, Requests.always(Requests.get(hot)), 200, 1, 0.85);
            case UNIFORM -> uniform(server, on, ids);
            case "not-modified" ->
                new Load(
                        name,
                        server,
                        on,
                        Requests.always(Requests.get(hot, "If-None-Match: " + etag(on, hot))),
                        304,
                        1,
                        0.9);
            case "list" ->
                new Load(name, server, on, Requests.always(Requests.get(PERSONAS + "?limit=20")), 200, 1, 0.25);
            case PATCH -> new Load(name, server, on, Requests.patches(ids), 200, 1, 0.1);
            case HOT -> new Load(name, server, on, Requests.patches(ids.first(1)), 200, 1, 0);
            case "mixed" ->
                new Load(name, server, on, Requests.mixed(Requests.uniform(ids), Requests.patches(ids), 5), 200, 1, 0);
            case "create" ->
                new Load(
                        name,
                        server,
                        on,
                        Requests.always(
                                Requests.post(PERSONAS, Personas.draft(1).getBytes(StandardCharsets.UTF_8))),
                        201,
                        1,
                        0);
            case "create-array" ->
                new Load(
                        name,
                        server,
                        on,
                        Requests.always(Requests.post(PERSONAS, Personas.array(1, PER_ARRAY))),
                        201,
                        PER_ARRAY,
                        0);
            default -> throw new IllegalArgumentException("there is no load " + name + "; see --help");
        };
    }

    static Load uniform(String server, Target on, Ids ids) {
        return new Load(
                UNIFORM + "-" + ids.count(),
                server,
                on,
                Requests.uniform(ids),
                200,
                1,
                ids.count() >= 1_000_000 ? 0.75 : 0);
    }

    private static String etag(Target on, String path) throws IOException {
        try (var exchange = new Exchange(on.address())) {
            return exchange.send(Requests.get(path)).header("etag");
        }
    }
}
