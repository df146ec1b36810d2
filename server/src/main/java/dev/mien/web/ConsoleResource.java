package dev.mien.web;

import dev.mien.api.RevisionToken;
import dev.mien.http.Answers;
import dev.mien.http.ProblemResponse;
import dev.mien.http.Route;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The console, at `/`: a page for people, made of the files in the folder `console` beside this class.
///
/// The page is a client of the API like any other. What it may load and run is what this server sends, as files: its
/// policy forbids scripts and styles inside of pages, other origins, frames around it, and making HTML out of texts, so
/// that nothing a persona contains can ever be run.
///
/// A browser keeps the files and asks each time whether they are the same still (`ETag`): workers of two versions may
/// answer side by side while a server is updated.
public final class ConsoleResource {
    private static final Header POLICY = constant(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
                    + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                    + "require-trusted-types-for 'script'; trusted-types 'none'");
    private static final Header NO_SNIFF = constant("X-Content-Type-Options", "nosniff");
    private static final Header NO_REFERRER = constant("Referrer-Policy", "no-referrer");
    private static final Header SAME_OPENER = constant("Cross-Origin-Opener-Policy", "same-origin");
    private static final Header ASK_EACH_TIME =
            HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "public, no-cache");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z-]*\\.(html|js|css|svg)");

    private static final String PREACT = "/META-INF/resources/webjars/preact/";
    private static final String PREACT_VERSION = "/META-INF/maven/org.webjars.npm/preact/pom.properties";
    /// Those that come from libraries, and where they are in there.
    private static final Map<String, String> OF_LIBRARIES = Map.of(
            "preact.js", "/dist/preact.min.umd.js",
            "preact-hooks.js", "/hooks/dist/hooks.umd.js");

    private final Supplier<RevisionToken> lastSeen;
    private final ProblemResponse problems;
    private final ConcurrentHashMap<String, Asset> assets = new ConcurrentHashMap<>();

    public ConsoleResource(Supplier<RevisionToken> lastSeen, ProblemResponse problems) {
        this.lastSeen = lastSeen;
        this.problems = problems;
    }

    /// A file, and what is said of it in headers.
    private static final class Asset {
        final byte[] bytes;
        final Header type;
        final String tag;
        final Header etag;

        Asset(byte[] bytes, String type) {
            this.bytes = bytes;
            this.type = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, type);
            this.tag = "\"" + hash(bytes) + "\"";
            this.etag = HeaderValues.createCached(HeaderNames.ETAG, tag);
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, "/", "The console, a page for people", 200, this::page),
                Route.of(Method.GET, "/console/{file}", "A file that the console is made of", 200, this::file));
    }

    private void page(ServerRequest request, ServerResponse response) {
        send("index.html", request, response);
    }

    private void file(ServerRequest request, ServerResponse response) {
        send(request.path().pathParameters().get("file"), request, response);
    }

    private void send(String name, ServerRequest request, ServerResponse response) {
        var asset = NAME.matcher(name).matches() ? assets.computeIfAbsent(name, ConsoleResource::load) : null;
        if (asset == null) {
            problems.notFound(request, response);
            return;
        }
        Answers.reflecting(response, lastSeen.get())
                .header(asset.type)
                .header(asset.etag)
                .header(ASK_EACH_TIME)
                .header(POLICY)
                .header(NO_SNIFF)
                .header(NO_REFERRER)
                .header(SAME_OPENER);
        if (request.headers().contains(HeaderNames.IF_NONE_MATCH)
                && request.headers().get(HeaderNames.IF_NONE_MATCH).allValues().stream()
                        .anyMatch(tags -> tags.contains(asset.tag))) {
            response.status(Status.NOT_MODIFIED_304).send();
        } else {
            Answers.send(request, response, asset.bytes);
        }
    }

    private static @Nullable Asset load(String name) {
        String inLibrary = OF_LIBRARIES.get(name);
        byte[] bytes = read(inLibrary == null ? "console/" + name : PREACT + preactVersion() + inLibrary);
        if (bytes == null) {
            return null;
        }
        return new Asset(bytes, Objects.requireNonNull(TYPES.get(name.substring(name.lastIndexOf('.') + 1))));
    }

    private static String preactVersion() {
        try {
            byte[] bytes = read(PREACT_VERSION);
            if (bytes == null) {
                throw new FileNotFoundException("not on the class path: " + PREACT_VERSION);
            }
            var properties = new Properties();
            properties.load(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte @Nullable [] read(String resource) {
        try (var stream = ConsoleResource.class.getResourceAsStream(resource)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Header constant(String name, String value) {
        HeaderName header = HeaderNames.create(name);
        return HeaderValues.createCached(header, value);
    }
}
