package dev.mien;

import dev.mien.config.Settings;
import dev.mien.store.sqlite.SqliteMigrations;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One worker on a free port, and a client of it.
final class RunningMien implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    static final int LARGEST_BODY = 65_536;

    private final Mien mien;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    RunningMien(Path directory) {
        this("data", migrated(directory));
    }

    private static String migrated(Path directory) {
        SqliteMigrations.migrate(directory);
        return directory.toString();
    }

    /// On PostgreSQL.
    ///
    /// @param database an address, of one that is migrated
    static RunningMien on(String database) {
        return new RunningMien("database", database);
    }

    private RunningMien(String key, String place) {
        var settings = Map.of("port", "0", key, place, "http.maximum-body-bytes", Integer.toString(LARGEST_BODY));
        mien = new Mien(Settings.of(settings, Map.of(), null).toConfig(), 1);
        mien.start();
    }

    /// What came back: the body as text and as JSON, where it is JSON.
    record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String text() {
            return response.body();
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        String type() {
            return json().get("type").stringValue();
        }

        String id() {
            return json().get("id").stringValue();
        }
    }

    Reply get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    Reply delete(String path, String... headers) {
        return send("DELETE", path, BodyPublishers.noBody(), headers);
    }

    Reply post(String path, String json) {
        return send("POST", path, BodyPublishers.ofString(json), "Content-Type", "application/json");
    }

    Reply patch(String path, String json) {
        return send("PATCH", path, BodyPublishers.ofString(json), "Content-Type", "application/merge-patch+json");
    }

    Reply patch(String path, String json, String etag) {
        return send("PATCH", path, BodyPublishers.ofString(json), "Content-Type", "application/json", "If-Match", etag);
    }

    Reply put(String path, String json, String etag) {
        return send("PUT", path, BodyPublishers.ofString(json), "Content-Type", "application/json", "If-Match", etag);
    }

    Reply send(String method, String path, BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mien.port() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Reply(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// What is no text.
    HttpResponse<byte[]> fetch(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mien.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError("GET " + path + " got no answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Sends these bytes on a connection of their own and gives everything that comes back until the server closes it
    /// or says nothing for a second.
    String raw(byte[] bytes) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mien.port())) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            var answer = new StringBuilder();
            byte[] buffer = new byte[8192];
            try {
                for (int n = socket.getInputStream().read(buffer);
                        n > 0;
                        n = socket.getInputStream().read(buffer)) {
                    answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException nothingMore) {
                // What came so far is the answer.
            }
            return answer.toString();
        }
    }

    String raw(String text) throws IOException {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        client.shutdownNow();
        mien.close();
    }
}
