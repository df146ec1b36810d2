package dev.mien.http;

import dev.mien.api.ProblemType;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Request bodies: their media type, their size, their JSON.
public final class Bodies {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final int maximumBytes;

    public Bodies(HttpConfig config) {
        this.maximumBytes = config.maximumBodyBytes();
    }

    /// The JSON body of a POST or PUT.
    public JsonNode json(ServerRequest request) {
        return read(request, Set.of(JSON));
    }

    /// The JSON merge patch of a PATCH (RFC 7396).
    public JsonNode mergePatch(ServerRequest request) {
        return read(request, Set.of(JSON, MERGE_PATCH));
    }

    private JsonNode read(ServerRequest request, Set<String> mediaTypes) {
        requireMediaType(request, mediaTypes);
        return Json.parse(bytes(request));
    }

    private static void requireMediaType(ServerRequest request, Set<String> accepted) {
        String given = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        String[] parts = given.toLowerCase(Locale.ROOT).split(";");
        boolean otherCharset = false;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            otherCharset |= parameter.startsWith("charset=") && !parameter.equals("charset=utf-8");
        }
        if (otherCharset || !accepted.contains(parts[0].strip())) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type is " + (given.isEmpty() ? "missing" : "'" + given + "'") + "; it must be "
                            + String.join(" or ", accepted.stream().sorted().toList()) + " in UTF-8.");
        }
        String encoding = request.headers().first(HeaderNames.CONTENT_ENCODING).orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding is '" + encoding + "'; send the body as it is.");
        }
    }

    private byte[] bytes(ServerRequest request) {
        long announced = request.headers().contentLength().orElse(0);
        if (announced > maximumBytes) {
            throw tooLarge();
        }
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (var stream = request.content().inputStream()) {
            byte[] bytes = stream.readNBytes(maximumBytes + 1);
            if (bytes.length > maximumBytes) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProblemException tooLarge() {
        return new ProblemException(ProblemType.BODY_TOO_LARGE, "The body is larger than " + maximumBytes + " bytes.");
    }
}
