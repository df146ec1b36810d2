package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.RunningMien.Reply;
import dev.mien.api.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One worker over a real port: everything that a client can send, and what comes back.
class MienIT {
    private static final String PERSONAS = "/api/v1/personas";
    private static final String USERS = "/api/v1/users";
    private static final String NOBODY = "/api/v1/personas/01930000-0000-7000-8000-000000000000";
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir
    static Path directory;

    private static RunningMien mien;

    @BeforeAll
    static void start() {
        mien = new RunningMien(directory);
    }

    @AfterAll
    static void stop() {
        mien.close();
    }

    @Test
    void post_persona_isCreatedAndFound() {
        var created = mien.post(PERSONAS, "{\"name\":\"Ophelia\",\"tags\":[\"noble\"],\"attributes\":{\"n\":1.50}}");

        var found = mien.get(created.header("Location"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(PERSONAS + "/" + created.id());
        assertThat(created.id()).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(created.text()).contains("\"n\":1.50").isEqualTo(found.text());
        assertThat(created.json().get("version").intValue()).isEqualTo(1);
        assertThat(created.header("ETag")).startsWith("\"").isEqualTo(found.header("ETag"));
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.header("Content-Type")).startsWith("application/json");
        assertThat(found.header("Cache-Control")).contains("no-cache");
        isFromMien(created);
        isFromMien(found);
    }

    @Test
    void get_knownVersion_is304WithoutABody() {
        var created = persona("Ophelia");

        var same = mien.get(at(created), "If-None-Match", created.header("ETag"));
        var oneOfMany = mien.get(at(created), "If-None-Match", "\"x\", W/" + created.header("ETag"));
        var any = mien.get(at(created), "If-None-Match", "*");
        mien.patch(at(created), "{\"name\":\"Gertrude\"}");
        var changed = mien.get(at(created), "If-None-Match", created.header("ETag"));

        for (var reply : List.of(same, oneOfMany, any)) {
            assertThat(reply.status()).isEqualTo(304);
            assertThat(reply.text()).isEmpty();
            assertThat(reply.header("ETag")).isEqualTo(created.header("ETag"));
            assertThat(reply.header("Mien-Version")).isEqualTo("1");
            isFromMien(reply);
        }
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(created.header("ETag"));
    }

    @Test
    void patch_someMembers_changesOnlyThem() {
        var created = mien.post(
                PERSONAS,
                "{\"name\":\"Ophelia\",\"scenario\":\"a castle\",\"attributes\":{\"a\":{\"b\":1,\"c\":2}},\"lorebook\":{}}");

        var patched = mien.patch(
                at(created), "{\"name\":\"Gertrude\",\"attributes\":{\"a\":{\"b\":null,\"d\":3}},\"lorebook\":null}");

        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.json().get("name").stringValue()).isEqualTo("Gertrude");
        assertThat(patched.json().get("scenario").stringValue()).isEqualTo("a castle");
        assertThat(patched.json().get("attributes").toString()).isEqualTo("{\"a\":{\"c\":2,\"d\":3}}");
        assertThat(patched.json().get("lorebook").isNull()).isTrue();
        assertThat(patched.json().get("version").intValue()).isEqualTo(2);
        assertThat(patched.json().get("created_at")).isEqualTo(created.json().get("created_at"));
        assertThat(patched.text()).isEqualTo(mien.get(at(created)).text());
        assertThat(revision(patched)).isGreaterThan(revision(created));
        isFromMien(patched);
    }

    @Test
    void patch_nothingDifferent_keepsVersionAndRevision() {
        var created = persona("Ophelia");

        var patched = mien.patch(at(created), "{\"name\":\"Ophelia\"}");
        var sentBack = mien.put(at(created), created.text(), created.header("ETag"));

        for (var reply : List.of(patched, sentBack)) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).isEqualTo(created.text());
            assertThat(reply.header("ETag")).isEqualTo(created.header("ETag"));
            assertThat(reply.header("Mien-Revision")).isEqualTo(created.header("Mien-Revision"));
        }
    }

    @Test
    void patch_staleETag_is412WithTheCurrentVersion() {
        var created = persona("Ophelia");
        mien.patch(at(created), "{\"name\":\"Gertrude\"}");

        var reply = mien.patch(at(created), "{\"name\":\"Hamlet\"}", created.header("ETag"));

        isProblem(reply, 412, ProblemType.VERSION_CONFLICT);
        assertThat(reply.json().get("currentVersion").intValue()).isEqualTo(2);
        assertThat(mien.get(at(created)).json().get("name").stringValue()).isEqualTo("Gertrude");
    }

    @Test
    void patch_eTagThatFits_isApplied() {
        var created = persona("Ophelia");

        var first = mien.patch(at(created), "{\"name\":\"Gertrude\"}", created.header("ETag"));
        var any = mien.patch(at(created), "{\"name\":\"Hamlet\"}", "*");
        var weak = mien.patch(at(created), "{\"name\":\"x\"}", "W/" + any.header("ETag"));
        var oneOf = mien.patch(at(created), "{\"name\":\"Horatio\"}", "\"x\", " + any.header("ETag"));

        assertThat(first.status()).isEqualTo(200);
        assertThat(any.status()).isEqualTo(200);
        isProblem(weak, 412, ProblemType.VERSION_CONFLICT);
        assertThat(oneOf.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "\"8", "8\"", "\"a\" \"b\"", "\"a\",,", ",", "'a'"})
    void patch_ifMatchThatIsNoETag_is400(String etag) {
        var created = persona("Ophelia");

        var reply = mien.patch(at(created), "{\"name\":\"Gertrude\"}", etag);

        isProblem(reply, 400, ProblemType.INVALID_PARAMETER);
        isUnchanged(created);
    }

    @Test
    void put_whole_replacesIt() {
        var created = mien.post(PERSONAS, "{\"name\":\"Ophelia\",\"scenario\":\"a castle\"}");

        var replaced = mien.put(at(created), "{\"name\":\"Gertrude\"}", created.header("ETag"));

        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.json().get("name").stringValue()).isEqualTo("Gertrude");
        assertThat(replaced.json().get("scenario").stringValue()).isEmpty();
        assertThat(replaced.json().get("version").intValue()).isEqualTo(2);
    }

    @Test
    void put_withoutOrWithStaleIfMatch_isRefused() {
        var created = persona("Ophelia");

        var without = mien.send(
                "PUT", at(created), BodyPublishers.ofString("{\"name\":\"x\"}"), "Content-Type", "application/json");
        var stale = mien.put(at(created), "{\"name\":\"x\"}", "\"0-0\"");

        isProblem(without, 428, ProblemType.VERSION_REQUIRED);
        isProblem(stale, 412, ProblemType.VERSION_CONFLICT);
        isUnchanged(created);
    }

    @Test
    void delete_existing_staysReadable() {
        var created = persona("Ophelia");

        var stale = mien.delete(at(created), "If-Match", "\"0-0\"");
        var deleted = mien.delete(at(created));
        var again = mien.delete(at(created));

        var found = mien.get(at(created));
        isProblem(stale, 412, ProblemType.VERSION_CONFLICT);
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.text()).isEmpty();
        isFromMien(deleted);
        assertThat(again.status()).isEqualTo(204);
        for (var reply : List.of(deleted, again)) {
            assertThat(reply.header("Mien-Version")).isEqualTo("2");
            assertThat(reply.header("ETag")).isEqualTo(found.header("ETag"));
        }
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.json().get("is_active").booleanValue()).isFalse();
        assertThat(found.json().get("version").intValue()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PATCH", "PUT", "DELETE"})
    void anyMethod_unknownId_is404(String method) {
        var body = BodyPublishers.ofString("{\"name\":\"x\"}");

        var reply = mien.send(method, NOBODY, body, "Content-Type", "application/json", "If-Match", "*");
        var notAnId = mien.send(
                method, PERSONAS + "/%00%22%27..%ff", body, "Content-Type", "application/json", "If-Match", "*");

        isProblem(reply, 404, ProblemType.PERSONA_NOT_FOUND);
        isProblem(notAnId, 404, ProblemType.PERSONA_NOT_FOUND);
    }

    @Test
    void list_filteredByTag_pagesNewestFirst() {
        String tag = "tag" + COUNT.incrementAndGet();
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(mien.post(PERSONAS, "{\"name\":\"Guest\",\"tags\":[\"" + tag + "\"]}")
                    .id());
        }

        var listed = new ArrayList<String>();
        var page = mien.get(PERSONAS + "?limit=2&tag=" + tag);
        isFromMien(page);
        int pages = 1;
        page.json().get("items").forEach(item -> listed.add(item.get("id").stringValue()));
        while (!page.json().get("next_cursor").isNull()) {
            page = mien.get(PERSONAS + "?limit=2&tag=" + tag + "&cursor="
                    + page.json().get("next_cursor").stringValue());
            page.json().get("items").forEach(item -> listed.add(item.get("id").stringValue()));
            pages++;
        }

        assertThat(listed).isEqualTo(ids);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void list_filters_areCombined() {
        var owner = user();
        String tag = "tag" + COUNT.incrementAndGet();
        String body = "{\"name\":\"x\",\"tags\":[\"" + tag + "\"],\"owner_id\":\"" + owner.id() + "\"}";
        var kept = mien.post(PERSONAS, body);
        var deleted = mien.post(PERSONAS, body);
        mien.delete(at(deleted));
        mien.post(PERSONAS, "{\"name\":\"x\",\"tags\":[\"" + tag + "\"]}");

        assertThat(ids("?tag=" + tag)).hasSize(3);
        assertThat(ids("?owner=" + owner.id())).containsExactly(deleted.id(), kept.id());
        assertThat(ids("?active=true&tag=" + tag + "&owner=" + owner.id())).containsExactly(kept.id());
        assertThat(ids("?active=false&tag=" + tag)).containsExactly(deleted.id());
        assertThat(ids("?tag=none")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=501",
                "limit=ten",
                "limit=",
                "active=yes",
                "color=red",
                "cursor=",
                "cursor=AAAA",
                "cursor=not%20a%20cursor"
            })
    void list_wrongParameter_is400(String query) {
        var reply = mien.get(PERSONAS + "?" + query);

        isProblem(reply, 400, ProblemType.INVALID_PARAMETER);
    }

    @Test
    void list_cursorTamperedWithOrOfAnotherList_is400() {
        persona("One");
        persona("Two");
        String cursor =
                mien.get(PERSONAS + "?limit=1").json().get("next_cursor").stringValue();
        String tampered = cursor.substring(0, cursor.length() - 1) + (cursor.endsWith("A") ? "B" : "A");

        isProblem(mien.get(PERSONAS + "?cursor=" + tampered), 400, ProblemType.INVALID_PARAMETER);
        isProblem(mien.get(PERSONAS + "?active=true&cursor=" + cursor), 400, ProblemType.INVALID_PARAMETER);
        isProblem(mien.get(USERS + "?cursor=" + cursor), 400, ProblemType.INVALID_PARAMETER);
    }

    @Test
    void byUsername_anyCase_findsTheUser() {
        var created = user();
        String name = created.json().get("username").stringValue();

        var found = mien.get(USERS + "/by-username/" + name.toUpperCase(java.util.Locale.ROOT));

        assertThat(found.status()).isEqualTo(200);
        assertThat(found.text()).isEqualTo(created.text());
        assertThat(found.header("ETag")).isEqualTo(created.header("ETag"));
        assertThat(mien.get(USERS + "/by-username/" + name, "If-None-Match", created.header("ETag"))
                        .status())
                .isEqualTo(304);
        isProblem(mien.get(USERS + "/by-username/nobody_at_all"), 404, ProblemType.USER_NOT_FOUND);
    }

    @Test
    void user_wholeLife_followsTheSameRules() {
        String name = "User_" + COUNT.incrementAndGet();
        var created = mien.post(USERS, "{\"username\":\"" + name + "\",\"email\":\"" + name + "@Example.org\"}");
        var taken = mien.post(USERS, "{\"username\":\"other\",\"email\":\"" + name + "@eXAMPLE.ORG\"}");
        var patched = mien.patch(USERS + "/" + created.id(), "{\"email\":null,\"preferences\":{\"theme\":\"dark\"}}");
        var replaced = mien.put(USERS + "/" + created.id(), "{\"username\":\"" + name + "\"}", patched.header("ETag"));
        var deleted = mien.delete(USERS + "/" + created.id());
        var found = mien.get(USERS + "/" + created.id());

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(USERS + "/" + created.id());
        assertThat(created.json().get("username").stringValue()).isEqualTo(name.toLowerCase(java.util.Locale.ROOT));
        isProblem(taken, 409, ProblemType.ALREADY_TAKEN);
        assertThat(taken.json().at("/errors/0/pointer").stringValue()).isEqualTo("/email");
        assertThat(patched.json().get("email").isNull()).isTrue();
        assertThat(patched.json().at("/preferences/theme").stringValue()).isEqualTo("dark");
        assertThat(replaced.json().get("preferences").size()).isZero();
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(found.json().get("is_active").booleanValue()).isFalse();
        assertThat(found.json().get("version").intValue()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                       | /username
            {"username":"ab"}                                        | /username
            {"username":"with space"}                                | /username
            {"username":"ümlaut"}                                    | /username
            {"username":"good_name","email":"nowhere"}               | /email
            {"username":"good_name","profile_picture_url":"ftp://x"} | /profile_picture_url
            {"username":"good_name","preferences":[]}                | /preferences
            {"username":"good_name","password":"x"}                  | /password
            """)
    void post_invalidUser_namesTheMember(String body, String pointer) {
        var reply = mien.post(USERS, body);

        isProblem(reply, 422, ProblemType.INVALID_USER);
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo(pointer);
    }

    @Test
    void post_array_createsAll() {
        var reply = mien.post(PERSONAS, "[{\"name\":\"Rosencrantz\"},{\"name\":\"Guildenstern\"}]");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.json().size()).isEqualTo(2);
        for (var persona : reply.json()) {
            assertThat(mien.get(PERSONAS + "/" + persona.get("id").stringValue())
                            .text())
                    .isEqualTo(persona.toString());
        }
        isFromMien(reply);
    }

    @Test
    void post_arrayWithOneThatIsTakenOrInvalid_createsNone() {
        String email = user().json().get("email").stringValue();
        String first = "first_" + COUNT.incrementAndGet();

        var taken = mien.post(
                USERS, "[{\"username\":\"" + first + "\"},{\"username\":\"second_x\",\"email\":\"" + email + "\"}]");
        var invalid =
                mien.post(USERS, "[{\"username\":\"" + first + "\"},{\"username\":\"second_x\",\"email\":\"x\"},7]");
        var twice = mien.post(USERS, "[{\"username\":\"" + first + "\"},{\"username\":\"" + first + "\"}]");

        isProblem(taken, 409, ProblemType.ALREADY_TAKEN);
        assertThat(taken.json().at("/errors/0/pointer").stringValue()).isEqualTo("/1/email");
        isProblem(invalid, 422, ProblemType.INVALID_USER);
        assertThat(invalid.json().at("/errors/0/pointer").stringValue()).isEqualTo("/1/email");
        assertThat(invalid.json().at("/errors/1/pointer").stringValue()).isEqualTo("/2");
        isProblem(twice, 409, ProblemType.ALREADY_TAKEN);
        assertThat(twice.json().at("/errors/0/pointer").stringValue()).isEqualTo("/1/username");
        isProblem(mien.get(USERS + "/by-username/" + first), 404, ProblemType.USER_NOT_FOUND);
        isProblem(mien.post(USERS, "[]"), 422, ProblemType.INVALID_USER);
    }

    @Test
    void patch_ownerThatDoesNotExist_isRefused() {
        var created = persona("Ophelia");

        var reply = mien.patch(at(created), "{\"owner_id\":\"nobody\"}");

        isProblem(reply, 422, ProblemType.INVALID_PERSONA);
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo("/owner_id");
        isUnchanged(created);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":null}                             | /name
            {"name":" "}                              | /name
            {"name":7}                                | /name
            {"tags":"noble"}                          | /tags
            {"tags":["noble",7]}                      | /tags/1
            {"attributes":[]}                         | /attributes
            {"is_active":"no"}                        | /is_active
            {"surname":"x"}                           | /surname
            {"version":9}                             | /version
            {"id":"x"}                                | /id
            {"name":"\\ud800"}                        | /name
            {"name":"a\\u0000"}                       | /name
            {"attributes":{"a":[{"b":"\\u0000"}]}}    | /attributes/a/0/b
            []                                        | ''
            7                                         | ''
            null                                      | ''
            """)
    void patch_invalid_namesTheMemberAndChangesNothing(String patch, String pointer) {
        var created = persona("Ophelia");

        var reply = mien.patch(at(created), patch);

        isProblem(reply, 422, ProblemType.INVALID_PERSONA);
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo(pointer);
        isUnchanged(created);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"name\":}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"name\":\"a\"}x",
                "{\"\\ud800\":1}",
                "hello",
                "<name/>"
            })
    void patch_malformed_is400AndChangesNothing(String patch) {
        var created = persona("Ophelia");

        var reply = mien.patch(at(created), patch);

        isProblem(reply, 400, ProblemType.MALFORMED_BODY);
        isUnchanged(created);
    }

    @Test
    void patch_deepNesting_is400AndChangesNothing() {
        var created = persona("Ophelia");

        var tooDeep = mien.patch(at(created), "{\"attributes\":{\"a\":" + "[".repeat(99) + "]".repeat(99) + "}}");
        var open = mien.patch(at(created), "[".repeat(60_000));
        isProblem(tooDeep, 400, ProblemType.MALFORMED_BODY);
        isProblem(open, 400, ProblemType.MALFORMED_BODY);
        isUnchanged(created);
        var deep = mien.patch(at(created), "{\"attributes\":{\"a\":" + "[".repeat(98) + "]".repeat(98) + "}}");

        assertThat(deep.status()).isEqualTo(200);
        assertThat(mien.patch(at(created), "{\"name\":\"Gertrude\"}").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3", "c080", "eda080", "eda0bdedb2a9"})
    void patch_invalidUtf8_is400AndChangesNothing(String hex) {
        var created = persona("Ophelia");
        var bytes = ("{\"name\":\"" + hex + "\"}").getBytes(StandardCharsets.ISO_8859_1);
        byte[] wrong = java.util.HexFormat.of().parseHex(hex);
        byte[] body = Arrays.copyOf(bytes, 9 + wrong.length + 2);
        System.arraycopy(wrong, 0, body, 9, wrong.length);
        body[9 + wrong.length] = '"';
        body[10 + wrong.length] = '}';

        var reply =
                mien.send("PATCH", at(created), BodyPublishers.ofByteArray(body), "Content-Type", "application/json");

        isProblem(reply, 400, ProblemType.MALFORMED_BODY);
        assertThat(reply.json().get("detail").stringValue()).contains("UTF-8");
        isUnchanged(created);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {RunningMien.LARGEST_BODY + 1, RunningMien.LARGEST_BODY + 100_000, 3 * RunningMien.LARGEST_BODY})
    void patch_tooLarge_is413AndChangesNothing(int bytes) throws IOException {
        var created = persona("Ophelia");
        String body = "{\"name\":\"" + "x".repeat(bytes - 11) + "\"}";

        String announced =
                mien.raw("PATCH " + at(created) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + bytes + "\r\n\r\n" + body.substring(0, 100));
        var chunked = mien.raw("PATCH " + at(created) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "2000\r\n%s\r\n".formatted("x".repeat(8192)).repeat(bytes / 8192) + "1000\r\n"
                + "x".repeat(4096) + "\r\n0\r\n\r\n");

        for (var answer : List.of(announced, chunked)) {
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("/problems/body-too-large");
            assertThat(answer).containsIgnoringCase("mien-revision: ").containsIgnoringCase("mien-worker: 1");
        }
        isUnchanged(created);
    }

    @Test
    void patch_asLargeAsAllowed_isAccepted() {
        var created = persona("Ophelia");
        String body = "{\"scenario\":\"" + "x".repeat(RunningMien.LARGEST_BODY - 15) + "\"}";

        var reply = mien.send(
                "PATCH",
                at(created),
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII))),
                "Content-Type",
                "application/json");

        assertThat(body).hasSize(RunningMien.LARGEST_BODY);
        assertThat(reply.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/jsonx",
                "application/json; charset=iso-8859-1",
                "application/merge-patch+json",
                "application/x-www-form-urlencoded"
            })
    void put_otherMediaType_is415AndChangesNothing(String mediaType) {
        var created = persona("Ophelia");

        var reply = mien.send(
                "PUT",
                at(created),
                BodyPublishers.ofString("{\"name\":\"x\"}"),
                "Content-Type",
                mediaType,
                "If-Match",
                "*");

        isProblem(reply, 415, ProblemType.UNSUPPORTED_MEDIA_TYPE);
        isUnchanged(created);
    }

    @Test
    void post_withoutMediaTypeOrEncoded_isRefused() {
        var without = mien.send("POST", PERSONAS, BodyPublishers.ofString("{\"name\":\"x\"}"));
        var encoded = mien.send(
                "POST",
                PERSONAS,
                BodyPublishers.ofString("{\"name\":\"x\"}"),
                "Content-Type",
                "application/json",
                "Content-Encoding",
                "gzip");
        var utf8 = mien.send(
                "POST",
                PERSONAS,
                BodyPublishers.ofString("{\"name\":\"x\"}"),
                "Content-Type",
                "Application/JSON; Charset=\"UTF-8\"");

        isProblem(without, 415, ProblemType.UNSUPPORTED_MEDIA_TYPE);
        assertThat(encoded.status()).isEqualTo(400);
        assertThat(utf8.status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE  | /api/v1/personas      | GET, HEAD, POST
            PUT     | /api/v1/users         | GET, HEAD, POST
            POST    | /api/v1/personas/x    | DELETE, GET, HEAD, PATCH, PUT
            POST    | /livez                | GET, HEAD
            OPTIONS | /openapi.json         | GET, HEAD
            BREW    | /                     | GET, HEAD
            """)
    void anyMethod_notKnownThere_is405WithAllow(String method, String path, String allow) {
        var reply = mien.send(method, path, BodyPublishers.noBody());

        isProblem(reply, 405, ProblemType.METHOD_NOT_ALLOWED);
        assertThat(reply.header("Allow")).isEqualTo(allow);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/api", "/api/v1", "/api/v2/personas", "/problems/none", "/livez/x"})
    void get_unknownAddress_is404(String path) {
        var reply = mien.get(path);

        isProblem(reply, 404, ProblemType.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "GET /livez\r\n\r\n", "GET /livez HTTP/9.9\r\nHost: x\r\n\r\n"})
    void raw_bytesThatBeginNoHttp_endTheConnectionAndNothingElse(String bytes) throws IOException {
        assertThat(mien.raw(bytes)).isEmpty();
        assertThat(mien.raw("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
                "POST /api/v1/personas HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n"
            })
    void raw_requestThatHttpForbids_isAnsweredWithAProblem(String request) throws IOException {
        String answer = mien.raw(request);

        assertThat(answer)
                .matches("(?s)HTTP/1\\.[01] (400|404|505) .*")
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("mien-revision: ")
                .containsIgnoringCase("mien-worker: 1")
                .doesNotContain("Exception", "\tat ", "helidon");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/openapi.json", "/", "/problems/internal", PERSONAS, NOBODY})
    void head_anyAddress_hasHeadersAndNoBody(String path) throws IOException {
        String answer = mien.raw("HEAD " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 " + mien.get(path).status())
                .endsWith("\r\n\r\n")
                .containsIgnoringCase("mien-revision: ")
                .containsIgnoringCase("mien-worker: 1");
        assertThat(answer.indexOf("\r\n\r\n")).isEqualTo(answer.length() - 4);
    }

    @ParameterizedTest
    @CsvSource({
        "/livez, application/json",
        "/readyz, application/json",
        "/openapi.json, application/json",
        "/, text/html"
    })
    void get_addressOfTheServerItself_isAnswered(String path, String mediaType) {
        var reply = mien.get(path);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith(mediaType);
        isFromMien(reply);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void get_typeOfAProblem_opensAPage(ProblemType type) {
        var reply = mien.get(type.uri());

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("text/html");
        assertThat(reply.text()).contains(type.title()).contains("<title>");
        isFromMien(reply);
    }

    @Test
    void get_anyReadMode_isAnsweredWithTheNewest() {
        var created = persona("Ophelia");
        String token = created.header("Mien-Revision");
        var user = user();
        String byName = USERS + "/by-username/" + user.json().get("username").stringValue();

        for (String mode : List.of("strong", "at-least=" + token, "max-stale=0s", "max-stale=500ms", "max-stale=23h")) {
            var found = mien.get(at(created), "Mien-Read", mode);

            assertThat(found.status()).as(mode).isEqualTo(200);
            assertThat(found.text()).isEqualTo(created.text());
            assertThat(revision(found)).isGreaterThanOrEqualTo(revision(created));
            assertThat(mien.get(byName, "Mien-Read", mode).status()).isEqualTo(200);
            assertThat(mien.get(PERSONAS, "Mien-Read", mode).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "weak",
                "Strong",
                "strong,strong",
                "at-least",
                "at-least=",
                "at-least=7",
                "at-least=abc.",
                "at-least=abc.-1",
                "max-stale",
                "max-stale=",
                "max-stale=5",
                "max-stale=-5s",
                "max-stale=soon",
                "max-stale=24h",
                "max-stale=9223372036854775807h",
                "max-stale=99999999999999999999ms"
            })
    void get_readModeThatIsNone_is400(String mode) {
        var created = persona("Ophelia");

        isProblem(mien.get(at(created), "Mien-Read", mode), 400, ProblemType.INVALID_PARAMETER);
        isProblem(mien.get(PERSONAS, "Mien-Read", mode), 400, ProblemType.INVALID_PARAMETER);
    }

    @Test
    void get_readModeTwice_is400() {
        var created = persona("Ophelia");

        var reply = mien.get(at(created), "Mien-Read", "strong", "Mien-Read", "strong");

        isProblem(reply, 400, ProblemType.INVALID_PARAMETER);
    }

    @Test
    void get_atLeastATokenThatCannotBeMet_isRefused() {
        var created = persona("Ophelia");
        String token = created.header("Mien-Revision");
        String later = token.substring(0, token.indexOf('.')) + "." + (revision(created) + 1_000_000);

        for (String address : List.of(at(created), PERSONAS, PERSONAS + "/none")) {
            isProblem(mien.get(address, "Mien-Read", "at-least=other.1"), 409, ProblemType.OTHER_HISTORY);
            var notReached = mien.get(address, "Mien-Read", "at-least=" + later);
            isProblem(notReached, 503, ProblemType.STORE_UNAVAILABLE);
            assertThat(notReached.header("Retry-After")).isNotNull();
        }
    }

    private static Reply persona(String name) {
        var reply = mien.post(PERSONAS, "{\"name\":\"" + name + "\"}");
        assertThat(reply.status()).isEqualTo(201);
        return reply;
    }

    private static Reply user() {
        String name = "user_" + COUNT.incrementAndGet();
        var reply = mien.post(USERS, "{\"username\":\"" + name + "\",\"email\":\"" + name + "@example.org\"}");
        assertThat(reply.status()).isEqualTo(201);
        return reply;
    }

    private static String at(Reply persona) {
        return PERSONAS + "/" + persona.id();
    }

    private static List<String> ids(String query) {
        var ids = new ArrayList<String>();
        mien.get(PERSONAS + query)
                .json()
                .get("items")
                .forEach(item -> ids.add(item.get("id").stringValue()));
        return ids;
    }

    private static long revision(Reply reply) {
        String token = reply.header("Mien-Revision");
        return Long.parseLong(token.substring(token.indexOf('.') + 1));
    }

    private static void isFromMien(Reply reply) {
        assertThat(reply.header("Mien-Revision")).matches("[0-9a-f]{16}\\.[0-9]+");
        assertThat(reply.header("Mien-Worker")).isEqualTo("1");
    }

    private static void isProblem(Reply reply, int status, ProblemType type) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.type()).isEqualTo(type.uri());
        assertThat(reply.json().get("title").stringValue()).isEqualTo(type.title());
        assertThat(reply.json().get("status").intValue()).isEqualTo(status);
        assertThat(reply.json().get("detail").stringValue()).isNotBlank();
        assertThat(reply.json().get("instance").stringValue()).startsWith("/requests/");
        assertThat(reply.text()).doesNotContain("Exception", "\\tat ", "dev.mien", "jackson", "SQLITE");
        isFromMien(reply);
    }

    private static void isUnchanged(Reply created) {
        var found = mien.get(at(created));
        assertThat(found.text()).isEqualTo(created.text());
        assertThat(found.header("ETag")).isEqualTo(created.header("ETag"));
    }
}
