package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.RunningMien.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a client sees of a document's history, whichever database keeps it.
interface HistoryContract {
    String PERSONAS = "/api/v1/personas";
    String USERS = "/api/v1/users";

    /// Where edits are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    @Test
    default void versions_afterEdits_sayWhoChangedWhat() {
        var first = mien().send(
                        "POST",
                        PERSONAS,
                        BodyPublishers.ofString("{\"name\":\"Ophelia\"}"),
                        "Content-Type",
                        "application/json",
                        "Mien-Actor",
                        "anna",
                        "Mien-Message",
                        "caf%C3%A9 100%25");
        mien().send(
                        "PATCH",
                        at(first),
                        BodyPublishers.ofString("{\"scenario\":\"A garden.\",\"tags\":[\"court\"]}"),
                        "Content-Type",
                        "application/json",
                        "Mien-Actor",
                        "ben");
        mien().patch(at(first), "{\"name\":\"Ophelia\"}");

        var versions = other().get(at(first) + "/versions").json().get("items");

        assertThat(versions).hasSize(2);
        assertThat(versions.get(0).get("version").intValue()).isEqualTo(2);
        assertThat(versions.get(0).get("operation").stringValue()).isEqualTo("update");
        assertThat(versions.get(0).get("actor").stringValue()).isEqualTo("ben");
        assertThat(texts(versions.get(0).get("fields"))).containsExactlyInAnyOrder("scenario", "tags");
        assertThat(versions.get(1).get("operation").stringValue()).isEqualTo("create");
        assertThat(versions.get(1).get("actor").stringValue()).isEqualTo("anna");
        assertThat(versions.get(1).get("message").stringValue()).isEqualTo("café 100%");
    }

    @Test
    default void versions_manyOfThem_comeInPages() {
        var created = persona();
        for (int i = 0; i < 6; i++) {
            mien().patch(at(created), "{\"greeting\":\"" + i + "\"}");
        }

        var seen = new ArrayList<Integer>();
        String path = at(created) + "/versions?limit=3";
        for (String next = path; next != null; ) {
            var page = other().get(next).json();
            page.get("items").forEach(item -> seen.add(item.get("version").intValue()));
            next = page.get("next_cursor").isNull()
                    ? null
                    : path + "&cursor=" + page.get("next_cursor").stringValue();
        }

        assertThat(seen).containsExactly(7, 6, 5, 4, 3, 2, 1);
    }

    @Test
    default void version_ofLongAgo_isServedAsItWasThen() {
        var created = mien().post(USERS, "{\"username\":\"" + newName() + "\",\"bio\":\"one\"}");
        mien().patch(at(created), "{\"bio\":\"two\"}");

        for (String path : List.of(at(created) + "/versions/1", at(created) + "?version=1")) {
            var then = other().get(path);

            assertThat(then.status()).isEqualTo(200);
            assertThat(then.text()).isEqualTo(created.text());
            assertThat(then.header("ETag")).isEqualTo(created.header("ETag"));
        }
    }

    @Test
    default void version_thatIsNotThere_isSaid() {
        var created = persona();

        assertThat(mien().get(at(created) + "/versions/2").type()).isEqualTo("/problems/version-not-found");
        assertThat(mien().get(at(created) + "?version=2").type()).isEqualTo("/problems/version-not-found");
        assertThat(mien().get(PERSONAS + "/nobody/versions").type()).isEqualTo("/problems/persona-not-found");
        assertThat(mien().get(at(created) + "/versions/x").status()).isEqualTo(400);
        assertThat(mien().get(at(created) + "?version=0").status()).isEqualTo(400);
    }

    @Test
    default void diff_ofTwoVersions_isMemberByMemberAndAPatch() {
        var created =
                mien().post(PERSONAS, "{\"name\":\"Ophelia\",\"tags\":[\"a\",\"b\"],\"attributes\":{\"x\":{\"y\":1}}}");
        mien().patch(at(created), "{\"name\":\"Gertrude\",\"attributes\":{\"x\":{\"z\":2}}}");
        mien().patch(at(created), "{\"tags\":[\"a\",\"c\"]}");

        var difference = other().get(at(created) + "/versions/1/diff/3").json();

        assertThat(difference.get("from").intValue()).isEqualTo(1);
        assertThat(difference.get("to").intValue()).isEqualTo(3);
        assertThat(difference.get("fields"))
                .extracting(field -> field.get("field").stringValue())
                .containsExactlyInAnyOrder("name", "attributes", "tags");
        assertThat(difference.get("fields")).anySatisfy(field -> {
            assertThat(field.get("before").stringValue("")).isEqualTo("Ophelia");
            assertThat(field.get("after").stringValue("")).isEqualTo("Gertrude");
        });
        assertThat(difference.get("patch"))
                .extracting(JsonNode::toString)
                .contains(
                        "{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"Gertrude\"}",
                        "{\"op\":\"add\",\"path\":\"/attributes/x/z\",\"value\":2}");
        assertThat(mien().get(at(created) + "/versions/1/diff/9").status()).isEqualTo(404);
    }

    @Test
    default void restore_anOlderVersion_isOneMoreVersion() {
        var created = persona();
        var changed = mien().patch(at(created), "{\"name\":\"Gertrude\",\"greeting\":\"Good morrow.\"}");

        var stale = restore(created, 1, created.header("ETag"));
        var restored = restore(created, 1, changed.header("ETag"));

        assertThat(stale.status()).isEqualTo(412);
        assertThat(restored.status()).isEqualTo(200);
        assertThat(restored.json().get("version").intValue()).isEqualTo(3);
        assertThat(restored.json().get("name").stringValue()).isEqualTo("Ophelia");
        assertThat(restored.json().get("greeting").stringValue()).isEmpty();
        assertThat(other().get(at(created)).text()).isEqualTo(restored.text());
        assertThat(restore(created, 3, restored.header("ETag")).text()).isEqualTo(restored.text());
        assertThat(restore(created, 9, restored.header("ETag")).type()).isEqualTo("/problems/version-not-found");
    }

    private Reply restore(Reply document, int version, String etag) {
        return mien().send(
                        "POST",
                        at(document) + "/restore",
                        BodyPublishers.ofString("{\"version\":" + version + "}"),
                        "Content-Type",
                        "application/json",
                        "If-Match",
                        etag);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"version\":0}",
                "{\"version\":\"1\"}",
                "{\"version\":1.5}",
                "{\"version\":1,\"x\":1}",
                "[1]",
                "7"
            })
    default void restore_aBodyThatNamesNoVersion_isRefused(String body) {
        var created = persona();

        assertThat(mien().post(at(created) + "/restore", body).status()).isEqualTo(400);
        assertThat(mien().get(at(created)).json().get("version").intValue()).isEqualTo(1);
    }

    @Test
    default void label_movedAndRemoved_isReadThroughEveryWorkerAtOnce() {
        var created = persona();
        mien().patch(at(created), "{\"greeting\":\"two\"}");

        for (int version : new int[] {1, 2, 1}) {
            var moved = label(created, "production", version);
            assertThat(moved.status()).isEqualTo(200);
            assertThat(moved.json().get("version").intValue()).isEqualTo(version);
            var read = other().get(at(created) + "?label=production").json();
            assertThat(read.get("version").intValue()).isEqualTo(version);
        }
        assertThat(other().get(at(created) + "?label=latest")
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(2);
        assertThat(other().get(at(created) + "/labels").json().get("items")).hasSize(1);

        assertThat(mien().delete(at(created) + "/labels/production").status()).isEqualTo(204);
        assertThat(other().get(at(created) + "?label=production").type()).isEqualTo("/problems/label-not-found");
        assertThat(other().get(at(created) + "/labels").json().get("items")).isEmpty();
        assertThat(mien().delete(at(created) + "/labels/production").type()).isEqualTo("/problems/label-not-found");
    }

    @Test
    default void label_movedByTwo_isMovedByOneOfThem() {
        var created = persona();
        mien().patch(at(created), "{\"greeting\":\"two\"}");
        var placed = label(created, "production", 1);

        var moved = label(created, "production", 2, placed.header("ETag"));
        var late = label(created, "production", 1, placed.header("ETag"));

        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.header("Mien-Version")).isEqualTo("2");
        assertThat(late.status()).isEqualTo(412);
        var read = other().get(at(created) + "/labels/production");
        assertThat(read.json().get("version").intValue()).isEqualTo(2);
        assertThat(read.header("Mien-Version")).isEqualTo("2");
        assertThat(read.header("ETag")).isEqualTo(moved.header("ETag"));
        assertThat(label(created, "canary", 1, "\"1-x\"").status()).isEqualTo(412);
    }

    @Test
    default void label_thatCannotBe_isRefused() {
        var created = persona();

        assertThat(label(created, "latest", 1).status()).isEqualTo(400);
        assertThat(label(created, "7", 1).status()).isEqualTo(400);
        assertThat(label(created, "Production", 1).status()).isEqualTo(400);
        assertThat(label(created, "production", 2).type()).isEqualTo("/problems/version-not-found");
        assertThat(mien().get(at(created) + "?label=production").type()).isEqualTo("/problems/label-not-found");
        assertThat(mien().get(at(created) + "?label=a&version=1").status()).isEqualTo(400);
    }

    private Reply label(Reply persona, String name, int version, String... etag) {
        var headers = new ArrayList<>(List.of("Content-Type", "application/json"));
        for (String tag : etag) {
            headers.addAll(List.of("If-Match", tag));
        }
        return mien().send(
                        "PUT",
                        at(persona) + "/labels/" + name,
                        BodyPublishers.ofString("{\"version\":" + version + "}"),
                        headers.toArray(String[]::new));
    }

    @Test
    default void conflict_saysWhatOthersChanged() {
        var created = persona();
        mien().patch(at(created), "{\"greeting\":\"theirs\"}");

        var apart = mien().patch(at(created), "{\"scenario\":\"mine\"}", created.header("ETag"));
        var same = mien().patch(at(created), "{\"greeting\":\"mine\"}", created.header("ETag"));

        assertThat(apart.status()).isEqualTo(412);
        assertThat(apart.json().get("currentVersion").intValue()).isEqualTo(2);
        assertThat(apart.json().get("overlaps").booleanValue()).isFalse();
        assertThat(apart.json().get("changes")).hasSize(1).first().satisfies(change -> {
            assertThat(change.get("field").stringValue()).isEqualTo("greeting");
            assertThat(change.get("before").stringValue()).isEmpty();
            assertThat(change.get("after").stringValue()).isEqualTo("theirs");
        });
        assertThat(same.json().get("overlaps").booleanValue()).isTrue();
    }

    @Test
    default void conflict_toBeMerged_isAppliedWhereNothingOverlaps() {
        var created = persona();
        mien().patch(at(created), "{\"greeting\":\"theirs\"}");

        var apart = mien().patch(at(created) + "?on_conflict=merge", "{\"scenario\":\"mine\"}", created.header("ETag"));
        var same = mien().patch(at(created) + "?on_conflict=merge", "{\"greeting\":\"mine\"}", created.header("ETag"));

        assertThat(apart.status()).isEqualTo(200);
        assertThat(apart.json().get("greeting").stringValue()).isEqualTo("theirs");
        assertThat(apart.json().get("scenario").stringValue()).isEqualTo("mine");
        assertThat(same.status()).isEqualTo(412);
        assertThat(other().get(at(created)).text()).isEqualTo(apart.text());
        assertThat(mien().patch(at(created) + "?on_conflict=overwrite", "{}").status())
                .isEqualTo(400);
    }

    @Test
    default void repeated_withItsKey_isDoneOnceAndAnsweredAsTheFirstTime() {
        String key = newName();
        String body = "{\"name\":\"Yorick\"}";

        var first = withKey("POST", PERSONAS, body, key);
        mien().patch(at(first), "{\"name\":\"Alas\"}");
        var again = withKey("POST", PERSONAS, body, key);
        var elsewhere = other().send(
                        "POST",
                        PERSONAS,
                        BodyPublishers.ofString(body),
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        key);
        var another = withKey("POST", PERSONAS, "{\"name\":\"Osric\"}", key);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(elsewhere.text()).isEqualTo(first.text());
        assertThat(another.type()).isEqualTo("/problems/key-reused");
        assertThat(other().get(at(first)).json().get("version").intValue()).isEqualTo(2);
    }

    @Test
    default void repeated_patchPutAndDelete_areDoneOnce() {
        var created = persona();
        String key = newName();
        String patch = "{\"greeting\":\"once\"}";

        var first = withKey("PATCH", at(created), patch, key);
        mien().patch(at(created), "{\"greeting\":\"later\"}");
        var again = withKey("PATCH", at(created), patch, key);
        var deleted = withKey("DELETE", at(created), "", key + "-delete");
        mien().patch(at(created), "{\"is_active\":true}");
        var deletedAgain = withKey("DELETE", at(created), "", key + "-delete");

        assertThat(again.text()).isEqualTo(first.text());
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deletedAgain.status()).isEqualTo(204);
        assertThat(deletedAgain.header("ETag")).isEqualTo(deleted.header("ETag"));
        var now = other().get(at(created)).json();
        assertThat(now.get("greeting").stringValue()).isEqualTo("later");
        assertThat(now.get("is_active").booleanValue()).isTrue();
    }

    @Test
    default void repeated_afterARefusal_isJudgedAnew() {
        String key = newName();
        String name = newName();
        var holder = mien().post(USERS, "{\"username\":\"" + name + "\"}");

        var refused = withKey("POST", USERS, "{\"username\":\"" + name + "\"}", key);
        mien().patch(at(holder), "{\"username\":\"" + newName() + "\"}");
        var accepted = withKey("POST", USERS, "{\"username\":\"" + name + "\"}", key);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(accepted.status()).isEqualTo(201);
    }

    private Reply withKey(String method, String path, String body, String key) {
        return mien().send(
                        method,
                        path,
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body),
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        key);
    }

    @Test
    default void purge_persona_leavesNothingButThatItWasThere() {
        var created = mien().send(
                        "POST",
                        PERSONAS,
                        BodyPublishers.ofString("{\"name\":\"Ophelia\"}"),
                        "Content-Type",
                        "application/json",
                        "Mien-Actor",
                        "anna",
                        "Mien-Message",
                        "secret");
        mien().patch(at(created), "{\"greeting\":\"two\"}");

        var purged = mien().delete(at(created) + "?purge=true");

        assertThat(purged.status()).isEqualTo(204);
        assertThat(other().get(at(created)).status()).isEqualTo(404);
        assertThat(other().get(at(created) + "/versions/1").type()).isEqualTo("/problems/erased");
        var versions = other().get(at(created) + "/versions");
        assertThat(versions.json().get("items")).hasSize(3);
        assertThat(versions.text()).doesNotContain("anna", "secret", "greeting");
        assertThat(restore(created, 1, "*").status()).isIn(404, 410);
        assertThat(mien().delete(at(created) + "?purge=true").status()).isEqualTo(404);
        assertThat(mien().delete(at(persona()) + "?purge=yes").status()).isEqualTo(400);
    }

    @Test
    default void purge_userWithPersonas_isRefused() {
        var user = mien().post(USERS, "{\"username\":\"" + newName() + "\"}");
        var owned = mien().post(PERSONAS, "{\"name\":\"Ophelia\",\"owner_id\":\"" + user.id() + "\"}");

        var refused = mien().delete(at(user) + "?purge=true");
        mien().delete(at(owned) + "?purge=true");
        var purged = mien().delete(at(user) + "?purge=true");

        assertThat(refused.type()).isEqualTo("/problems/still-needed");
        assertThat(purged.status()).isEqualTo(204);
        assertThat(other().get(at(user)).status()).isEqualTo(404);
    }

    private Reply persona() {
        return mien().post(PERSONAS, "{\"name\":\"Ophelia\"}");
    }

    private static String at(Reply document) {
        return document.json().has("username") ? USERS + "/" + document.id() : PERSONAS + "/" + document.id();
    }

    private static String newName() {
        return "n" + Long.toString(System.nanoTime(), 36);
    }

    private static List<String> texts(JsonNode array) {
        return array.values().stream().map(JsonNode::stringValue).toList();
    }
}
