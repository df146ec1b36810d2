package dev.mien.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A server's API, in JSON as it is. Asks again where a server says that it cannot answer at the moment, so what is
/// sent must be safe to repeat.
final class ServerApi implements AutoCloseable {
    private static final int TRIES = 8;
    /// Nobody can know it, so no file has it in it.
    private static final String BOUNDARY = "mien-" + UUID.randomUUID();

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final URI base;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    ServerApi(URI base) {
        this.base = base;
    }

    /// An answer, of whatever status.
    record Reply(int status, JsonNode json) {
        /// What went wrong, for people.
        String detail() {
            return json.path("detail").asString("status " + status);
        }
    }

    Reply get(String path) {
        return json(send("GET", path, "", BodyPublishers.noBody()));
    }

    Reply post(String path, JsonNode body) {
        return json("POST", path, body);
    }

    Reply put(String path, JsonNode body) {
        return json("PUT", path, body);
    }

    private Reply json(String method, String path, JsonNode body) {
        return json(
                send(method, path, "application/json", BodyPublishers.ofByteArray(Lines.JSON.writeValueAsBytes(body))));
    }

    /// Sends a file as it is.
    Reply postFile(String path, byte[] file) {
        return json(send("POST", path, "application/octet-stream", BodyPublishers.ofByteArray(file)));
    }

    /// Sends several files as a form does. They are read while they are sent.
    Reply postFiles(String path, List<Path> files) {
        var parts = new ArrayList<BodyPublisher>();
        try {
            for (var file : files) {
                String name = file.toString().replace("\"", "%22").replaceAll("[\\r\\n]", "?");
                parts.add(BodyPublishers.ofString("--" + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n"));
                parts.add(BodyPublishers.ofFile(file));
                parts.add(BodyPublishers.ofString("\r\n"));
            }
        } catch (FileNotFoundException e) {
            throw new FailedException("a file is gone: " + e.getMessage());
        }
        parts.add(BodyPublishers.ofString("--" + BOUNDARY + "--\r\n"));
        return json(send(
                "POST",
                path,
                "multipart/form-data; boundary=" + BOUNDARY,
                BodyPublishers.concat(parts.toArray(new BodyPublisher[0]))));
    }

    /// Fetches a file as it is.
    HttpResponse<byte[]> file(String path) {
        return send("GET", path, "", BodyPublishers.noBody());
    }

    private Reply json(HttpResponse<byte[]> response) {
        try {
            return new Reply(response.statusCode(), Lines.JSON.readTree(response.body()));
        } catch (JacksonException e) {
            throw new FailedException(base + " is no Mien server");
        }
    }

    private HttpResponse<byte[]> send(String method, String path, String type, BodyPublisher body) {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
        request.method(method, body);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        var pause = FIRST_PAUSE;
        for (int tried = 1; ; tried++) {
            String fault;
            try {
                var response = http.send(request.build(), BodyHandlers.ofByteArray());
                if (response.statusCode() != 503 || tried == TRIES) {
                    return response;
                }
                fault = "503";
            } catch (IOException e) {
                fault = String.valueOf(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FailedException("interrupted");
            }
            if (tried == TRIES) {
                throw new FailedException("no answer from " + base + ": " + fault);
            }
            sleep(pause);
            pause = pause.multipliedBy(2);
        }
    }

    static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
