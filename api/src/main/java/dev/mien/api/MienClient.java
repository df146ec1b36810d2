package dev.mien.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/// A client of one Mien server. Safe for use by several threads.
///
/// Each client keeps its own connections and sends one request after the other over the same one, so it stays with one
/// worker for as long as that connection lives.
///
/// Every call throws [MienException] when the server answers with a problem, and [UncheckedIOException] when no answer
/// came: a write may then have happened or not.
public final class MienClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final URI base;
    private final HttpClient http;
    private final JsonMapper mapper = new JsonMapper();
    private final Documents<Persona> personas;
    private final Documents<User> users;

    /// @param base the server's address, such as `http://127.0.0.1:8080`
    public MienClient(URI base) {
        this.base = base;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
        this.personas = new Documents<>("personas", Persona.class);
        this.users = new Documents<>("users", User.class);
    }

    public Documents<Persona> personas() {
        return personas;
    }

    public Documents<User> users() {
        return users;
    }

    /// Makes many edits, all of them or each for itself.
    ///
    /// @param batch anything that Jackson writes as the body of `POST /api/v1/batch`, such as a `Map`
    public Answer<BatchResults> batch(Object batch) {
        return read(
                exchange("POST", "/api/v1/batch", batch, Map.of()),
                mapper.getTypeFactory().constructType(BatchResults.class));
    }

    /// Whether the server answers and is ready to serve.
    public boolean isReady() {
        try {
            return exchange("GET", "/readyz", null, Map.of()).statusCode() == 200;
        } catch (UncheckedIOException unreachable) {
            return false;
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// The documents of one collection. A draft or a patch is anything that Jackson writes as a JSON object, such as a
    /// `Map`.
    public final class Documents<T extends Versioned> {
        private final String path;
        private final JavaType one;
        private final JavaType many;
        private final JavaType page;
        private final JavaType versions;
        private final JavaType aLabel;

        private Documents(String name, Class<T> type) {
            this.path = "/api/v1/" + name;
            var types = mapper.getTypeFactory();
            this.one = types.constructType(type);
            this.many = types.constructCollectionType(List.class, type);
            this.page = types.constructParametricType(Page.class, type);
            this.versions = types.constructParametricType(Page.class, VersionSummary.class);
            this.aLabel = types.constructType(Label.class);
        }

        /// Creates one document.
        public Answer<T> create(Object draft) {
            return read(exchange("POST", path, draft, Map.of()), one);
        }

        /// Creates all of them or, if one is refused, none.
        public Answer<List<T>> createAll(List<?> drafts) {
            return read(exchange("POST", path, drafts, Map.of()), many);
        }

        /// The document with this id, deleted or not.
        public Answer<T> get(String id) {
            return read(exchange("GET", at(id), null, Map.of()), one);
        }

        /// The document if it is no longer the version with this `ETag`; empty if it still is.
        public Optional<Answer<T>> getIfChanged(String id, String etag) {
            var response = exchange("GET", at(id), null, Map.of("If-None-Match", etag));
            return response.statusCode() == 304 ? Optional.empty() : Optional.of(read(response, one));
        }

        /// Changes what the merge patch (RFC 7396) names and nothing else.
        public Answer<T> patch(String id, Object mergePatch) {
            return read(exchange("PATCH", at(id), mergePatch, Map.of()), one);
        }

        /// As [#patch(String, Object)], if the document is still the version with this `ETag`.
        public Answer<T> patch(String id, Object mergePatch, String etag) {
            return read(exchange("PATCH", at(id), mergePatch, Map.of("If-Match", etag)), one);
        }

        /// Replaces the whole document, if it is still the version with this `ETag`.
        public Answer<T> replace(String id, Object draft, String etag) {
            return read(exchange("PUT", at(id), draft, Map.of("If-Match", etag)), one);
        }

        /// The versions, newest first. The parameters are `limit` and `cursor`.
        public Answer<Page<VersionSummary>> versions(String id, Map<String, String> parameters) {
            return read(exchange("GET", at(id) + "/versions" + query(parameters), null, Map.of()), versions);
        }

        /// The document as it was at one of its versions.
        public Answer<T> version(String id, long version) {
            return read(exchange("GET", at(id) + "/versions/" + version, null, Map.of()), one);
        }

        /// Makes the content of an older version the newest version.
        public Answer<T> restore(String id, long version) {
            return read(exchange("POST", at(id) + "/restore", Map.of("version", version), Map.of()), one);
        }

        /// Erases the document and its history.
        public void purge(String id) {
            checked(exchange("DELETE", at(id) + "?purge=true", null, Map.of()));
        }

        /// Which version of a persona a label names.
        public Answer<Label> label(String id, String label) {
            return read(exchange("GET", labelAt(id, label), null, Map.of()), aLabel);
        }

        /// Makes a label name a version of a persona.
        public Answer<Label> moveLabel(String id, String label, long version) {
            return read(exchange("PUT", labelAt(id, label), Map.of("version", version), Map.of()), aLabel);
        }

        private String labelAt(String id, String label) {
            return at(id) + "/labels/" + encode(label);
        }

        /// Marks the document as deleted. It stays readable.
        public void delete(String id) {
            checked(exchange("DELETE", at(id), null, Map.of()));
        }

        /// One page of the list, newest first. The parameters are those of the API: `limit`, `cursor`, `active`, …
        public Answer<Page<T>> list(Map<String, String> parameters) {
            return read(exchange("GET", path + query(parameters), null, Map.of()), page);
        }

        private static String query(Map<String, String> parameters) {
            String query = parameters.entrySet().stream()
                    .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                    .collect(Collectors.joining("&"));
            return query.isEmpty() ? "" : "?" + query;
        }

        private String at(String id) {
            return path + "/" + encode(id);
        }
    }

    private HttpResponse<byte[]> exchange(
            String method, String path, @Nullable Object body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
        headers.forEach(request::header);
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header(
                    "Content-Type", "PATCH".equals(method) ? "application/merge-patch+json" : "application/json");
            request.method(method, BodyPublishers.ofByteArray(mapper.writeValueAsBytes(body)));
        }
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + ": no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(method + " " + path + ": interrupted", new IOException(e));
        }
    }

    private <B> Answer<B> read(HttpResponse<byte[]> response, JavaType type) {
        B body = mapper.readValue(checked(response).body(), type);
        var headers = response.headers();
        return new Answer<>(
                body,
                headers.firstValue("ETag").orElse(null),
                headers.firstValue(RevisionToken.HEADER)
                        .flatMap(RevisionToken::parse)
                        .orElseThrow(() -> new MienException(Problem.of(
                                ProblemType.INTERNAL,
                                "the answer has no " + RevisionToken.HEADER + ": is this Mien?"))),
                headers.firstValue("Mien-Worker").map(Integer::parseInt).orElse(0));
    }

    private HttpResponse<byte[]> checked(HttpResponse<byte[]> response) {
        if (response.statusCode() < 300) {
            return response;
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        throw new MienException(
                type.startsWith("application/problem+json")
                        ? mapper.readValue(response.body(), Problem.class)
                        : new Problem(
                                "about:blank",
                                "Unexpected answer",
                                response.statusCode(),
                                new String(response.body(), StandardCharsets.UTF_8),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
