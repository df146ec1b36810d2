package dev.mien.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.Mien;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What webhooks promise on every database, to a receiver that takes, fails, hangs and recovers.
@Timeout(120)
abstract class WebhookContract {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String HOOKS = "/api/v1/webhooks";
    private static final String PERSONAS = "/api/v1/personas";
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Receiver receiver;
    private Mien mien;

    abstract Mien worker(int number, Map<String, String> settings);

    /// Runs a statement by hand.
    abstract void sql(String statement) throws SQLException;

    private static Map<String, String> settings() {
        return new HashMap<>(Map.of(
                "webhook.allow-private", "true",
                "webhook.timeout", "400ms",
                "webhook.attempts", "4",
                "webhook.first-delay", "20ms",
                "webhook.lease", "2s"));
    }

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
        mien = worker(1, settings());
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        mien.close();
        receiver.close();
    }

    private record Reply(int status, JsonNode json) {}

    private Reply send(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mien.port() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .build();
        try {
            var response = client.send(request, BodyHandlers.ofString());
            return new Reply(
                    response.statusCode(), JSON.readTree(response.body().isEmpty() ? "{}" : response.body()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode register(String more) {
        var reply = send("POST", HOOKS, "{\"url\":\"" + receiver.url() + "\"" + more + "}");
        assertThat(reply.status()).as(reply.json().toString()).isEqualTo(201);
        return reply.json();
    }

    private String create(String name) {
        return send("POST", PERSONAS, "{\"name\":\"" + name + "\"}")
                .json()
                .get("id")
                .stringValue();
    }

    private void patch(String id, int n) {
        assertThat(send("PATCH", PERSONAS + "/" + id, "{\"greeting\":\"" + n + "\"}")
                        .status())
                .isEqualTo(200);
    }

    private void awaitTaken(int count) {
        await().atMost(PATIENCE)
                .until(() -> receiver.taken().stream()
                                .map(Receiver.Taken::id)
                                .distinct()
                                .count()
                        >= count);
    }

    /// Each change was taken, and those of one document in their order, repeats of what was taken before left out.
    private void assertInOrder(int count) {
        var bySubject = new HashMap<String, List<Long>>();
        var seen = new java.util.HashSet<String>();
        receiver.taken().forEach(one -> {
            if (seen.add(one.id())) {
                bySubject
                        .computeIfAbsent(one.subject(), subject -> new ArrayList<>())
                        .add(one.revision());
            }
        });
        assertThat(seen).hasSize(count);
        assertThat(bySubject.values())
                .allSatisfy(revisions -> assertThat(revisions).isSorted());
    }

    @Test
    void deliver_changes_areSignedAndInOrderForEachDocument() throws Exception {
        String secret = register("").get("secret").stringValue();
        var ids = List.of(create("Ophelia"), create("Hamlet"), create("Horatio"));
        for (int i = 0; i < 10; i++) {
            for (String id : ids) {
                patch(id, i);
            }
        }

        awaitTaken(33);

        assertInOrder(33);
        for (var taken : receiver.taken()) {
            assertThat(taken.signature()).isEqualTo(Receiver.sign(secret, taken));
            assertThat(taken.id()).isEqualTo(taken.json().get("token").stringValue());
            assertThat(taken.json().has("document")).isFalse();
        }
    }

    @Test
    void deliver_receiverFailsAndHangsAndRecovers_nothingIsLeftOut() {
        register(",\"include_document\":true");
        receiver.answers(n -> n % 4 == 1 ? 500 : n % 4 == 2 ? Receiver.HANG : 200);
        String id = create("Ophelia");
        for (int i = 0; i < 8; i++) {
            patch(id, i);
        }

        awaitTaken(9);

        assertInOrder(9);
        assertThat(receiver.taken()
                        .getLast()
                        .json()
                        .get("document")
                        .get("greeting")
                        .stringValue())
                .isEqualTo("7");
    }

    @Test
    void deliver_eventThatIsNeverTaken_goesToTheDeadLettersAndComesBackWhenAsked() {
        String hook = register("").get("id").stringValue();
        receiver.answers(n -> n < 4 ? 500 : 200);
        String id = create("Ophelia");
        await().atMost(PATIENCE).until(() -> receiver.all.size() >= 4);
        patch(id, 1);
        awaitTaken(1);

        String path = HOOKS + "/" + hook + "/dead-letters";
        var dead = send("GET", path, "").json().get("items");
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).get("error").stringValue()).contains("500");
        assertThat(receiver.taken().getFirst().json().get("version").intValue()).isEqualTo(2);
        assertThat(send("POST", path + "/redeliver", "").status()).isEqualTo(202);
        awaitTaken(2);
        await().atMost(PATIENCE)
                .until(() -> send("GET", path, "").json().get("items").isEmpty());
        assertThat(receiver.taken().getLast().json().get("version").intValue()).isEqualTo(1);
    }

    @Test
    void deliver_redirect_isNotFollowed() {
        register("");
        receiver.answers(n -> n == 0 ? 302 : 200);
        create("Ophelia");

        awaitTaken(1);

        assertThat(receiver.all).hasSize(2);
    }

    @Test
    void register_secretAndFilters_areKeptAsSaid() {
        var hook = register(",\"kinds\":[\"user\"]");
        String path = HOOKS + "/" + hook.get("id").stringValue();
        create("Ophelia");
        send("POST", "/api/v1/users", "{\"username\":\"hamlet\"}");
        awaitTaken(1);
        assertThat(receiver.taken().getFirst().json().get("kind").stringValue()).isEqualTo("user");

        assertThat(hook.get("secret").stringValue()).startsWith("whsec_");
        assertThat(send("GET", path, "").json().has("secret")).isFalse();
        assertThat(send("GET", HOOKS, "").json().get("items").get(0).has("secret"))
                .isFalse();
        assertThat(send("PATCH", path, "{\"active\":false}")
                        .json()
                        .get("active")
                        .booleanValue())
                .isFalse();
        assertThat(send("PATCH", path, "{\"url\":\"ftp://x\"}").status()).isEqualTo(422);
        assertThat(send("POST", HOOKS, "{\"url\":\"" + receiver.url() + "\",\"kinds\":[\"castle\"]}")
                        .status())
                .isEqualTo(422);
        assertThat(send("POST", HOOKS, "{\"url\":\"" + receiver.url() + "\",\"secret\":\"short\"}")
                        .status())
                .isEqualTo(422);
        assertThat(send("POST", HOOKS, "{}").status()).isEqualTo(422);
        assertThat(send("DELETE", path, "").status()).isEqualTo(204);
        assertThat(send("GET", path, "").status()).isEqualTo(404);
    }

    @Test
    void register_addressThatIsNotPublic_isRefusedUnlessAllowed() {
        mien.close();
        mien = worker(1, new HashMap<>());

        for (String host : List.of("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "[fd00::1]")) {
            var reply = send("POST", HOOKS, "{\"url\":\"http://" + host + "/\"}");
            assertThat(reply.status()).as(host).isEqualTo(422);
        }
    }

    @Test
    void deliver_addressIsNoLongerAllowed_isNotConnectedTo() {
        String hook = register("").get("id").stringValue();
        mien.close();
        var strict = settings();
        strict.put("webhook.allow-private", "false");
        mien = worker(1, strict);
        create("Ophelia");

        await().atMost(PATIENCE)
                .until(() -> !send("GET", HOOKS + "/" + hook + "/dead-letters", "")
                        .json()
                        .get("items")
                        .isEmpty());

        assertThat(receiver.all).isEmpty();
    }

    @Test
    void deliver_workerEndsInTheMiddle_theNextOneGoesOn() {
        register("");
        String id = create("Ophelia");
        for (int i = 0; i < 10; i++) {
            patch(id, i);
        }
        await().atMost(PATIENCE).until(() -> receiver.taken().size() >= 2);
        mien.close();
        mien = worker(2, settings());
        patch(id, 10);

        awaitTaken(12);

        assertInOrder(12);
    }

    @Test
    void deliver_anotherWorkerHoldsTheLeaseAndIsGone_goesOnWhenItHasEnded() throws Exception {
        register("");
        mien.close();
        sql("UPDATE webhook_lease SET holder = 'somebody who was killed', until = 9000000000000");
        mien = worker(1, settings());
        create("Ophelia");
        Thread.sleep(1_500); // Three looks.
        assertThat(receiver.all).isEmpty();

        sql("UPDATE webhook_lease SET until = 1");

        awaitTaken(1);
    }

    @Test
    void deliver_historyWasReplaced_theTargetIsToldToLoadAnew() throws Exception {
        register("");
        mien.close();
        sql("UPDATE log_head SET incarnation = 'another'");
        mien = worker(1, settings());

        await().atMost(PATIENCE).until(() -> !receiver.all.isEmpty());
        assertThat(receiver.all.getFirst().json().get("reload").booleanValue()).isTrue();
        create("Ophelia");

        await().atMost(PATIENCE).until(() -> receiver.taken().getLast().json().has("revision"));
    }
}
