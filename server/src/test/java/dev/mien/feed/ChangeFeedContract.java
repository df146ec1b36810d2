package dev.mien.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.Mien;
import dev.mien.feed.Listening.Told;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the feed promises on every database: two workers, of which one writes, and clients of both.
@Timeout(240)
abstract class ChangeFeedContract {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHANGES = "/api/v1/changes";
    private static final String PERSONAS = "/api/v1/personas";
    private static final int STREAMS = 1_000;

    /// The common pool may have a single thread, which what blocks there would take away from the client.
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private Mien writer;
    private Mien other;

    /// @param settings besides where the store is
    abstract Mien worker(int number, List<String> settings);

    /// Runs a statement by hand.
    abstract void sql(String statement) throws SQLException;

    @BeforeEach
    void start() {
        var settings = List.of("feed.heartbeat=200ms", "feed.write-timeout=1s");
        writer = worker(1, settings);
        other = worker(2, settings);
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        threads.shutdownNow();
        other.close();
        writer.close();
    }

    private record Reply(int status, JsonNode json, String revision) {}

    private CompletableFuture<Reply> sendAsync(Mien mien, String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mien.port() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .header("Mien-Actor", "horatio")
                .header("Mien-Message", "a reason");
        return client.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(ChangeFeedContract::reply);
    }

    private static Reply reply(HttpResponse<String> response) {
        String text = response.body();
        return new Reply(
                response.statusCode(),
                JSON.readTree(text.isEmpty() ? "{}" : text),
                response.headers().firstValue("Mien-Revision").orElse(""));
    }

    private Reply send(Mien mien, String method, String path, String body) {
        return sendAsync(mien, method, path, body).join();
    }

    private Reply get(String path) {
        return send(other, "GET", path, "");
    }

    private String create(String json) {
        var created = send(writer, "POST", PERSONAS, json);
        assertThat(created.status()).isEqualTo(201);
        return created.json().get("id").stringValue();
    }

    private void patch(String id, String json) {
        assertThat(send(writer, "PATCH", PERSONAS + "/" + id, json).status()).isEqualTo(200);
    }

    private String now() {
        return get(CHANGES).json().get("next").stringValue();
    }

    private static List<Long> revisions(JsonNode answer) {
        var revisions = new ArrayList<Long>();
        answer.get("items").forEach(item -> revisions.add(item.get("revision").longValue()));
        return revisions;
    }

    private static List<String> operations(JsonNode answer) {
        var operations = new ArrayList<String>();
        answer.get("items")
                .forEach(item -> operations.add(item.get("kind").stringValue() + " "
                        + item.get("operation").stringValue() + " " + item.get("fields")));
        return operations;
    }

    @Test
    void get_afterAToken_listsWhatWasChangedSince() {
        create("{\"name\":\"Before\"}");
        String token = now();
        String id = create("{\"name\":\"Ophelia\"}");
        patch(id, "{\"name\":\"Gertrude\"}");

        var answer = get(CHANGES + "?after=" + token).json();
        var whole = get(CHANGES + "?include=document&after=" + token).json();

        var items = answer.get("items");
        assertThat(items).hasSize(2);
        var update = items.get(1);
        assertThat(update.propertyNames())
                .containsExactlyInAnyOrder(
                        "token", "revision", "kind", "id", "version", "operation", "fields", "actor", "message", "at");
        assertThat(update.get("kind").stringValue()).isEqualTo("persona");
        assertThat(update.get("id").stringValue()).isEqualTo(id);
        assertThat(update.get("version").intValue()).isEqualTo(2);
        assertThat(update.get("actor").stringValue()).isEqualTo("horatio");
        assertThat(update.get("message").stringValue()).isEqualTo("a reason");
        assertThat(operations(answer)).containsExactly("persona create []", "persona update [\"name\"]");
        assertThat(update.get("token")).isEqualTo(answer.get("next"));
        assertThat(whole.get("items").get(1).get("document"))
                .isEqualTo(get(PERSONAS + "/" + id).json());
        assertThat(get(CHANGES + "?after=" + answer.get("next").stringValue())
                        .json()
                        .get("items"))
                .isEmpty();
    }

    @Test
    void get_inPages_givesEachChangeOnce() {
        String token = now();
        for (int i = 0; i < 7; i++) {
            create("{\"name\":\"Player " + i + "\"}");
        }

        var all = new ArrayList<Long>();
        String after = token;
        for (int page = 0; page < 4; page++) {
            var answer = get(CHANGES + "?limit=2&after=" + after).json();
            all.addAll(revisions(answer));
            after = answer.get("next").stringValue();
        }

        assertThat(all)
                .isEqualTo(LongStream.rangeClosed(all.getFirst(), all.getFirst() + 6)
                        .boxed()
                        .toList());
        assertThat(get(CHANGES + "?after=" + after).json().get("items")).isEmpty();
    }

    @Test
    void get_filters_giveWhatTheySay() {
        String hamlet = send(writer, "POST", "/api/v1/users", "{\"username\":\"hamlet\"}")
                .json()
                .get("id")
                .stringValue();
        String token = now();
        String owned = create("{\"name\":\"Owned\",\"owner_id\":\"" + hamlet + "\",\"tags\":[\"noble\"]}");
        String free = create("{\"name\":\"Free\",\"tags\":[\"noble\",\"dead\"]}");
        send(writer, "PATCH", "/api/v1/users/" + hamlet, "{\"bio\":\"A prince\"}");
        send(writer, "PUT", PERSONAS + "/" + owned + "/labels/production", "{\"version\":1}");
        patch(owned, "{\"owner_id\":null}");
        patch(owned, "{\"name\":\"Given away\"}");
        patch(free, "{\"tags\":[\"dead\"]}");
        send(writer, "DELETE", PERSONAS + "/" + free + "?purge=true", "");
        String since = CHANGES + "?after=" + token;

        assertThat(operations(get(since + "&kind=user").json())).containsExactly("user update [\"bio\"]");
        assertThat(operations(get(since + "&kind=label,user").json()))
                .containsExactly("user update [\"bio\"]", "label create []");
        assertThat(operations(get(since + "&id=" + owned).json()))
                .containsExactly(
                        "persona create []",
                        "label create []",
                        "persona update [\"owner_id\"]",
                        "persona update [\"name\"]");
        assertThat(operations(get(since + "&kind=persona,label&owner=" + hamlet + "&id=" + owned)
                        .json()))
                .containsExactly("persona create []", "label create []", "persona update [\"owner_id\"]");
        // What was purged passes: nobody can tell any more whose it was.
        assertThat(operations(get(since + "&owner=nobody").json()))
                .containsExactly("persona create []", "persona update []", "persona delete []");
        assertThat(operations(get(since + "&tag=noble&id=" + owned).json())).hasSize(4);
        var none = get(since + "&tag=unheard-of&id=" + owned).json();
        assertThat(none.get("items")).isEmpty();
        assertThat(none.get("next").stringValue()).isEqualTo(now());
        assertThat(get(since + "&kind=castle").status()).isEqualTo(400);
        assertThat(get(since + "&wait=2m").status()).isEqualTo(400);
        assertThat(get(since + "&include=all").status()).isEqualTo(400);
    }

    @Test
    void get_label_tellsWhatItNames() {
        String id = create("{\"name\":\"Ophelia\"}");
        String token = now();
        send(writer, "PUT", PERSONAS + "/" + id + "/labels/production", "{\"version\":1}");
        send(writer, "DELETE", PERSONAS + "/" + id + "/labels/production", "");

        var items = get(CHANGES + "?include=document&after=" + token).json().get("items");

        assertThat(items.get(0).get("id").stringValue()).isEqualTo(id + "~production");
        var moved = items.get(0).get("document");
        assertThat(moved.get("label").stringValue()).isEqualTo("production");
        assertThat(moved.get("persona_id").stringValue()).isEqualTo(id);
        assertThat(moved.get("version").intValue()).isEqualTo(1);
        assertThat(items.get(1).get("document").get("version").isNull()).isTrue();
    }

    @Test
    void get_wait_answersAsSoonAsTheOtherWorkerWrites() {
        String token = now();
        assertThat(get(CHANGES + "?wait=50ms&after=" + token).json().get("items"))
                .isEmpty();
        long begun = System.nanoTime();
        var waiting = sendAsync(other, "GET", CHANGES + "?wait=60s&after=" + token, "");

        create("{\"name\":\"Ophelia\"}");

        assertThat(waiting.join().json().get("items")).hasSize(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(50));
    }

    @Test
    void get_tokenThatDoesNotFit_saysWhatToDo() throws SQLException {
        create("{\"name\":\"Ophelia\"}");
        create("{\"name\":\"Ophelia\"}");
        String token = now();
        String incarnation = token.substring(0, token.indexOf('.'));
        long head = Long.parseLong(token.substring(token.indexOf('.') + 1));

        assertThat(get(CHANGES + "?after=other.1").json().get("type").stringValue())
                .isEqualTo("/problems/other-history");
        assertThat(get(CHANGES + "?after=" + incarnation + "." + (head + 1)).status())
                .isEqualTo(503);
        assertThat(get(CHANGES + "?after=nonsense").status()).isEqualTo(400);
        sql("UPDATE log_head SET floor = " + (head - 1));
        assertThat(get(CHANGES + "?after=" + incarnation + "." + (head - 2))
                        .json()
                        .get("type")
                        .stringValue())
                .isEqualTo("/problems/changes-gone");
        assertThat(get(CHANGES + "?after=" + incarnation + "." + (head - 1)).status())
                .isEqualTo(200);
        try (var stream = new Listening(other.port(), "", "other.1")) {
            assertThat(stream.status()).isEqualTo(409);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void stream_changeByHand_appearsLikeAnyOther() throws Exception {
        String id = create("{\"name\":\"Ophelia\"}");
        try (var stream = new Listening(other.port(), "include=document&after=" + now(), "")) {
            sql("UPDATE personas SET document = '{\"name\":\n \"By hand\"}' WHERE id = '" + id + "'");

            var told = stream.next();

            assertThat(told.event()).isEqualTo("change");
            assertThat(told.data().get("operation").stringValue()).isEqualTo("update");
            assertThat(told.data().get("actor").stringValue()).isEmpty();
            assertThat(told.data().get("document").get("name").stringValue()).isEqualTo("By hand");
        }
    }

    @Test
    void stream_brokenAgainAndAgain_resumesOnAnyWorkerWithoutGapOrRepeat() throws Exception {
        int changes = 400;
        String id = create("{\"name\":\"Ophelia\"}");
        String last = now();
        long first = Long.parseLong(last.substring(last.indexOf('.') + 1)) + 1;
        var writing = CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < changes; i++) {
                        patch(id, "{\"greeting\":\"Words " + i + "\"}");
                    }
                },
                threads);

        var random = new Random(11);
        var heard = new ArrayList<Long>();
        for (int connection = 0; heard.size() < changes; connection++) {
            try (var stream = new Listening((connection % 2 == 0 ? other : writer).port(), "", last)) {
                for (int i = random.nextInt(20); i >= 0 && heard.size() < changes; i--) {
                    heard.add(stream.next().revision());
                }
                last = stream.lastId();
            }
        }
        writing.join();

        assertThat(heard)
                .isEqualTo(LongStream.range(first, first + changes).boxed().toList());
    }

    @Test
    void stream_nothingHappens_isKeptAliveAndRemembersHowFarItIs() throws Exception {
        try (var stream = new Listening(other.port(), "kind=user", "")) {
            create("{\"name\":\"Ophelia\"}");
            String token = now();
            Thread.ofVirtual().start(stream::next);

            await().until(() -> stream.lastId().equals(token));
        }
    }

    @Test
    void stream_workerDrains_endsAndTheClientGoesOnElsewhere() throws Exception {
        String token = now();
        try (var stream = new Listening(other.port(), "", token)) {
            create("{\"name\":\"Ophelia\"}");
            assertThat(stream.next()).isNotNull();
            var closing = CompletableFuture.runAsync(other::close, threads);

            assertThat(stream.next()).isNull();

            closing.join();
            create("{\"name\":\"Hamlet\"}");
            try (var next = new Listening(writer.port(), "", stream.lastId())) {
                assertThat(next.next().revision()).isEqualTo(revisionOf(token) + 2);
            }
        }
    }

    private static long revisionOf(String token) {
        return Long.parseLong(token.substring(token.indexOf('.') + 1));
    }

    @Test
    void stream_anotherHistoryTakesThePlace_endsWithAWordAboutIt() throws Exception {
        create("{\"name\":\"Ophelia\"}");
        try (var stream = new Listening(other.port(), "", "")) {
            sql("UPDATE log_head SET incarnation = 'another'");

            var told = stream.next();

            assertThat(told.event()).isEqualTo("end");
            assertThat(told.data().get("type").stringValue()).isEqualTo("/problems/other-history");
            assertThat(stream.next()).isNull();
        }
    }

    @Test
    void stream_clientTakesNothing_isCutOffAndOthersAreNotKeptWaiting() throws Exception {
        String words = "x".repeat(500_000);
        String token = now();
        try (var slow = new Listening(other.port(), "include=document", token);
                var fast = new Listening(other.port(), "include=document", token)) {
            int changes = 60;
            var heard = CompletableFuture.supplyAsync(() -> fast.next(changes), threads);
            for (int i = 0; i < changes; i++) {
                create("{\"name\":\"Player\",\"greeting\":\"" + i + words + "\"}");
            }

            assertThat(heard.join()).doesNotContainNull().hasSize(changes);
            Thread.sleep(3_000); // Three times what the slow one may take nothing for.
            Told last = slow.next();
            int count = 0;
            while (last != null) {
                count++;
                last = slow.next();
            }
            assertThat(count).isLessThan(changes);
            // It goes on where it was, and misses nothing.
            try (var again = new Listening(other.port(), "", slow.lastId().isEmpty() ? token : slow.lastId())) {
                assertThat(again.next(changes - count)).doesNotContainNull();
            }
        }
    }

    @Test
    void stream_aThousandOfThem_allHearEachChange() throws Exception {
        var streams = new ArrayList<Listening>();
        try {
            String token = now();
            for (int i = 0; i < STREAMS; i++) {
                streams.add(new Listening(other.port(), "", token));
            }
            String id = create("{\"name\":\"Ophelia\"}");
            patch(id, "{\"name\":\"Gertrude\"}");

            for (var stream : streams) {
                assertThat(stream.next(2))
                        .extracting(Told::revision)
                        .containsExactly(revisionOf(token) + 1, revisionOf(token) + 2);
            }
        } finally {
            for (var stream : streams) {
                stream.close();
            }
        }
    }
}
