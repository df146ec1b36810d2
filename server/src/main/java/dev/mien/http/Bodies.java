package dev.mien.http;

import dev.mien.api.ProblemType;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;

/// Request bodies: their media type, their size, their JSON.
public final class Bodies {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    /// Bodies up to this size are not counted: as many as there are connections do no harm.
    private static final int SMALL = 16 * 1024;

    private final int maximumBytes;
    private final Semaphore large;

    public Bodies(HttpConfig config) {
        this.maximumBytes = config.maximumBodyBytes();
        this.large = new Semaphore(maximumBytes);
    }

    /// A body that was read. Closed when the request that brought it is answered.
    ///
    /// A JSON tree may take thirty times the room of its text. So the large bodies that a worker holds at one time are
    /// together no larger than one may be, and others wait for their turn; otherwise a few would use up the heap.
    public final class Body implements AutoCloseable {
        private final byte[] bytes;
        private final JsonNode json;
        private final int counted;

        private Body(byte[] bytes, int counted) {
            this.bytes = bytes;
            this.json = Json.parse(bytes);
            this.counted = counted;
        }

        /// As it was sent.
        public byte[] bytes() {
            return bytes;
        }

        public JsonNode json() {
            return json;
        }

        @Override
        public void close() {
            large.release(counted);
        }
    }

    /// The JSON body of a POST or PUT.
    public Body json(ServerRequest request) {
        return read(request, Set.of(JSON));
    }

    /// The JSON merge patch of a PATCH (RFC 7396).
    public Body mergePatch(ServerRequest request) {
        return read(request, Set.of(JSON, MERGE_PATCH));
    }

    private Body read(ServerRequest request, Set<String> mediaTypes) {
        requireMediaType(request, mediaTypes);
        // Without an announced length it may become as large as any.
        long announced =
                request.headers().contentLength().orElse(request.content().hasEntity() ? maximumBytes : 0);
        if (announced > maximumBytes) {
            throw tooLarge(maximumBytes);
        }
        int counted = announced <= SMALL ? 0 : (int) announced;
        large.acquireUninterruptibly(counted);
        try {
            return new Body(bytes(request, maximumBytes), counted);
        } catch (RuntimeException e) {
            large.release(counted);
            throw e;
        }
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
    }

    /// A body of whatever kind; empty where there is none.
    ///
    /// @throws ProblemException if it is larger
    public static byte[] bytes(ServerRequest request, int maximumBytes) {
        if (request.headers().contentLength().orElse(0) > maximumBytes) {
            throw tooLarge(maximumBytes);
        }
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (var stream = request.content().inputStream()) {
            byte[] bytes = stream.readNBytes(maximumBytes + 1);
            if (bytes.length > maximumBytes) {
                throw tooLarge(maximumBytes);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProblemException tooLarge(int maximumBytes) {
        return new ProblemException(ProblemType.BODY_TOO_LARGE, "The body is larger than " + maximumBytes + " bytes.");
    }
}
