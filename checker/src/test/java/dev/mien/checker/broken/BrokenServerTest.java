package dev.mien.checker.broken;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.Token;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The honest server keeps every promise that the checker checks, and each broken one answers well-formed.
class BrokenServerTest {
    private static final int WORKERS = 3;
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private BrokenServer server = new BrokenServer(Flaw.NONE, WORKERS);

    @AfterEach
    void stop() {
        server.close();
    }

    @AfterAll
    static void closeClient() {
        CLIENT.shutdownNow();
    }

    @Test
    void create_document_isThereOnEveryWorker() {
        var created = send(1, "POST", "/api/v1/personas", "{'name': 'Ophelia', 'attributes': {'age': 20}}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json())
                .isEqualTo(json("{'name': 'Ophelia', 'attributes': {'age': 20}, 'is_active': true, 'id': '"
                        + created.id() + "', 'version': 1, 'revision': 1}"));
        assertThat(created.token().revision()).isEqualTo(1);
        for (int worker = 1; worker <= WORKERS; worker++) {
            var read = send(worker, "GET", "/api/v1/personas/" + created.id(), null);
            assertThat(read.status()).isEqualTo(200);
            assertThat(read.json()).isEqualTo(created.json());
            assertThat(read.etag()).isEqualTo(created.etag());
            assertThat(read.token()).isEqualTo(created.token());
            assertThat(read.header("Mien-Worker")).isEqualTo(Integer.toString(worker));
        }
    }

    @Test
    void get_currentVersionIsKnown_isNotModified() {
        var path = createPersona();
        var first = send(1, "GET", path, null);

        var known = send(2, "GET", path, null, "If-None-Match", first.etag());
        var changed = send(1, "PATCH", path, "{'name': 'Hamlet'}");
        var old = send(2, "GET", path, null, "If-None-Match", first.etag());

        assertThat(known.status()).isEqualTo(304);
        assertThat(known.etag()).isEqualTo(first.etag());
        assertThat(known.header("Mien-Version")).isEqualTo("1");
        assertThat(known.body()).isEmpty();
        assertThat(old.status()).isEqualTo(200);
        assertThat(old.etag()).isEqualTo(changed.etag()).isNotEqualTo(first.etag());
    }

    @Test
    void patch_nestedMembers_mergesThem() {
        var path = createPersona();
        send(1, "PATCH", path, "{'bio': 'x', 'attributes': {'age': 20, 'home': {'city': 'Elsinore', 'room': 3}}}");

        var patched = send(2, "PATCH", path, "{'bio': null, 'attributes': {'age': 21, 'home': {'room': null}}}");
        var again = send(1, "PATCH", path, "{'bio': null, 'attributes': {'age': 21, 'home': {'room': null}}}");

        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.json().get("attributes")).isEqualTo(json("{'age': 21, 'home': {'city': 'Elsinore'}}"));
        assertThat(patched.json().has("bio")).isFalse();
        assertThat(patched.version()).isEqualTo(3);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(patched.json());
        assertThat(again.token()).isEqualTo(patched.token());
    }

    @Test
    void patch_versionThatIsNotCurrent_isRefusedAndNamesTheCurrentOne() {
        var path = createPersona();
        var first = send(1, "GET", path, null);
        send(1, "PATCH", path, "{'name': 'Hamlet'}", "If-Match", first.etag());

        var refused = send(2, "PATCH", path, "{'name': 'Horatio'}", "If-Match", first.etag());

        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.problem()).isEqualTo("/problems/version-conflict");
        assertThat(refused.json().get("currentVersion").asLong()).isEqualTo(2);
        assertThat(send(1, "GET", path, null).json().get("name").asString()).isEqualTo("Hamlet");
    }

    @Test
    void put_withCondition_replacesAll() {
        var path = createPersona();
        send(1, "PATCH", path, "{'is_active': false, 'bio': 'x'}");

        assertThat(send(1, "PUT", path, "{'name': 'Hamlet'}").status()).isEqualTo(428);
        assertThat(send(1, "PUT", path, "{'name': 'Hamlet'}", "If-Match", "\"0\"")
                        .status())
                .isEqualTo(412);
        var replaced = send(1, "PUT", path, "{'name': 'Hamlet'}", "If-Match", "*");

        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.version()).isEqualTo(3);
        assertThat(replaced.json().has("bio")).isFalse();
        assertThat(replaced.json().get("is_active").asBoolean()).isTrue();
    }

    @Test
    void delete_twice_changesOnce() {
        var path = createPersona();

        var first = send(1, "DELETE", path, null);
        var second = send(2, "DELETE", path, null);

        assertThat(first.status()).isEqualTo(204);
        assertThat(first.header("Mien-Version")).isEqualTo("2");
        assertThat(second.status()).isEqualTo(204);
        assertThat(second.header("Mien-Version")).isEqualTo("2");
        assertThat(second.etag()).isEqualTo(first.etag());
        var read = send(3, "GET", path, null);
        assertThat(read.etag()).isEqualTo(first.etag());
        assertThat(read.json().get("is_active").asBoolean()).isFalse();
    }

    @Test
    void list_withTagAndLimit_isNewestFirst() {
        for (int i = 1; i <= 12; i++) {
            send(1, "POST", "/api/v1/personas", "{'name': 'p" + i + "', 'tags': ['t" + i % 2 + "']}");
        }
        send(1, "POST", "/api/v1/users", "{'username': 'ophelia'}");

        var all = send(2, "GET", "/api/v1/personas", null);
        var some = send(2, "GET", "/api/v1/personas?tag=t1&limit=2", null);

        assertThat(all.json().get("items").findValuesAsString("id"))
                .hasSize(12)
                .isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(some.json().get("items").findValuesAsString("name")).containsExactly("p11", "p9");
        var rest = send(
                1,
                "GET",
                "/api/v1/personas?tag=t1&cursor="
                        + some.json().get("next_cursor").asString(),
                null);
        assertThat(rest.json().get("items").findValuesAsString("name")).containsExactly("p7", "p5", "p3", "p1");
        assertThat(rest.json().get("next_cursor").isNull()).isTrue();
        assertThat(some.token().revision()).isEqualTo(13);
    }

    @Test
    void user_byName_isFoundAndUnique() {
        var created = send(1, "POST", "/api/v1/users", "{'username': 'ophelia'}");

        var found = send(2, "GET", "/api/v1/users/by-username/ophelia", null);
        var taken = send(2, "POST", "/api/v1/users", "{'username': 'Ophelia'}");
        var missing = send(2, "GET", "/api/v1/users/by-username/hamlet", null);

        assertThat(found.json()).isEqualTo(created.json());
        assertThat(found.etag()).isEqualTo(created.etag());
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.problem()).isEqualTo("/problems/already-taken");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.problem()).isEqualTo("/problems/user-not-found");
    }

    @Test
    void request_thatCannotBeMet_isAProblem() {
        assertThat(send(1, "GET", "/api/v1/personas/none", null).problem()).isEqualTo("/problems/persona-not-found");
        assertThat(send(1, "PATCH", "/api/v1/personas/none", "{}").status()).isEqualTo(404);
        assertThat(send(1, "DELETE", "/api/v1/personas/none", null).status()).isEqualTo(404);
        assertThat(send(1, "POST", "/api/v1/personas", "{'name'").problem()).isEqualTo("/problems/malformed-body");
        assertThat(send(1, "POST", "/api/v1/personas", "[]").status()).isEqualTo(400);
        assertThat(send(1, "GET", "/readyz", null).status()).isEqualTo(200);
    }

    @Test
    void honest_manyWritersOfOneDocument_loseNothingAndReadTheirWrites() throws Exception {
        int writers = 8;
        int writes = 50;
        var path = createPersona();
        var tasks = new ArrayList<Callable<Void>>();
        for (int i = 0; i < writers; i++) {
            int writer = i;
            tasks.add(() -> {
                for (int n = 1; n <= writes; n++) {
                    var written =
                            send(1 + writer % WORKERS, "PATCH", path, "{'attributes': {'m" + writer + "': " + n + "}}");
                    var read = send(1 + (writer + n) % WORKERS, "GET", path, null);
                    assertThat(written.status()).isEqualTo(200);
                    assertThat(read.version()).isGreaterThanOrEqualTo(written.version());
                    assertThat(read.token().revision())
                            .isGreaterThanOrEqualTo(written.token().revision());
                    assertThat(read.json().at("/attributes/m" + writer).asInt()).isEqualTo(n);
                }
                return null;
            });
        }

        try (var threads = Executors.newFixedThreadPool(writers)) {
            for (var done : threads.invokeAll(tasks)) {
                done.get();
            }
        }

        var last = send(1, "GET", path, null);
        assertThat(last.version()).isEqualTo(1 + writers * writes);
        for (int writer = 0; writer < writers; writer++) {
            assertThat(last.json().at("/attributes/m" + writer).asInt()).isEqualTo(writes);
        }
    }

    /// [#send] looks at the form of each answer.
    @ParameterizedTest
    @EnumSource
    void answers_ofEachFlaw_areWellFormed(Flaw flaw) {
        server.close();
        server = new BrokenServer(flaw, WORKERS);
        var path = createPersona();

        for (int i = 0; i < 60; i++) {
            int worker = 1 + i % WORKERS;
            var patched = send(worker, "PATCH", path, "{'name': 'n" + i + "'}");
            var read = send(worker, "GET", path, null);
            var listed = send(worker, "GET", "/api/v1/personas", null);

            if (flaw == Flaw.COMMIT_REPORTED_AS_FAILED && patched.status() == 503) {
                assertThat(patched.json().get("outcome").asString()).isEqualTo("not-applied");
            } else {
                assertThat(patched.status()).isEqualTo(200);
            }
            if (flaw != Flaw.REPLY_BEFORE_COMMIT || read.status() != 404) {
                assertThat(read.status()).isEqualTo(200);
                assertThat(read.version()).isBetween(1L, i + 2L);
            }
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.json().get("items").isArray()).isTrue();
        }
    }

    /// An answer of which the form has been checked.
    private record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        JsonNode json() {
            return JSON.readTree(body());
        }

        String id() {
            return json().get("id").asString();
        }

        long version() {
            return json().get("version").asLong();
        }

        String problem() {
            return json().get("type").asString();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        String etag() {
            return header("ETag");
        }

        Token token() {
            return Token.parse(header("Mien-Revision"));
        }
    }

    private String createPersona() {
        return "/api/v1/personas/"
                + send(1, "POST", "/api/v1/personas", "{'name': 'Ophelia'}").id();
    }

    private Reply send(int worker, String method, String path, String body, String... headers) {
        URI address = server.addresses().get(worker - 1);
        var request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.replace('\'', '"')));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return requireForm(new Reply(CLIENT.send(request.build(), BodyHandlers.ofString())));
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Reply requireForm(Reply reply) {
        assertThat(reply.token().revision()).isNotNegative();
        assertThat(reply.header("Mien-Worker")).matches("[1-" + WORKERS + "]");
        if (reply.status() >= 400) {
            assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(reply.json().get("status").asInt()).isEqualTo(reply.status());
        } else if (!reply.body().isEmpty()) {
            assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        }
        if (reply.etag() != null && !reply.body().isEmpty()) {
            assertThat(reply.etag()).isEqualTo("\"" + reply.version() + "\"");
            assertThat(reply.json().get("revision").asLong())
                    .isBetween(1L, reply.token().revision());
        }
        return reply;
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
