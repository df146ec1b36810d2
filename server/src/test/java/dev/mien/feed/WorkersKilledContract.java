package dev.mien.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.webhook.WebhookKills;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two workers in processes of their own, of which one is killed in the middle of telling.
@Timeout(180)
abstract class WorkersKilledContract {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// Where the store is.
    abstract Map<String, String> place();

    private String send(int port, String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return response.body();
    }

    private static String member(String json, String name) {
        return json.replaceAll("(?s).*?\"" + name + "\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void stream_itsWorkerIsKilledAgainAndAgain_resumesOnTheOtherWithoutGapOrRepeat() throws Exception {
        try (var writer = new WorkerProcess(1, place())) {
            String id = member(send(writer.port(), "POST", "/api/v1/personas", "{\"name\":\"Ophelia\"}"), "id");
            String last = member(send(writer.port(), "GET", "/api/v1/changes", ""), "next");
            long first = Long.parseLong(last.substring(last.indexOf('.') + 1)) + 1;
            var on = new AtomicBoolean(true);
            var writing = Thread.ofPlatform().start(() -> {
                for (int i = 0; on.get(); i++) {
                    try {
                        send(writer.port(), "PATCH", "/api/v1/personas/" + id, "{\"greeting\":\"" + i + "\"}");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            var heard = new ArrayList<Long>();
            try {
                for (int kill = 0; kill < 3; kill++) {
                    try (var victim = new WorkerProcess(2, place());
                            var stream = new Listening(victim.port(), "include=document", last)) {
                        for (int i = 0; i < 50; i++) {
                            heard.add(stream.next().revision());
                        }
                        victim.kill();
                        for (var told = stream.next(); told != null; told = stream.next()) {
                            heard.add(told.revision());
                        }
                        last = stream.lastId();
                    }
                    try (var stream = new Listening(writer.port(), "", last)) {
                        stream.next(20).forEach(told -> heard.add(told.revision()));
                        last = stream.lastId();
                    }
                }
            } finally {
                on.set(false);
                writing.join();
            }

            assertThat(heard)
                    .isEqualTo(LongStream.range(first, first + heard.size())
                            .boxed()
                            .toList());
        }
    }

    @Test
    void webhook_itsWorkerIsKilled_theOtherOneGoesOn() throws Exception {
        var settings = new HashMap<>(place());
        settings.putAll(Map.of("webhook.allow-private", "true", "webhook.lease", "2s", "webhook.first-delay", "50ms"));
        try (var receiver = new WebhookKills();
                var victim = new WorkerProcess(1, settings)) {
            send(victim.port(), "POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\"}");
            String id = member(send(victim.port(), "POST", "/api/v1/personas", "{\"name\":\"Ophelia\"}"), "id");
            receiver.await(1);
            try (var other = new WorkerProcess(2, settings)) {
                for (int i = 0; i < 40; i++) {
                    send(other.port(), "PATCH", "/api/v1/personas/" + id, "{\"greeting\":\"" + i + "\"}");
                    if (i == 20) {
                        receiver.await(5);
                        victim.kill();
                    }
                }

                receiver.await(41);
                assertThat(receiver.versionsInTheOrderOfTheirFirst())
                        .isEqualTo(LongStream.rangeClosed(1, 41).boxed().toList());
            }
        }
    }
}
