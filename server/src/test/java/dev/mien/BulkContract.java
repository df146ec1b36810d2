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

/// What a client sees of many edits in one request, of what a user owns, and of what is erased, whichever database
/// keeps it.
interface BulkContract {
    String BATCH = "/api/v1/batch";
    String PERSONAS = "/api/v1/personas";
    String USERS = "/api/v1/users";

    /// Where edits are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    @Test
    default void batch_atomic_doesAllAndAnswersEach() {
        var ophelia = persona("Ophelia", null);
        var hamlet = persona("Hamlet", null);
        var ghost = persona("The Ghost", null);

        var reply = batch(
                true,
                create("persona", "{\"name\":\"Horatio\"}"),
                patch(ophelia, "{\"tags\":[\"court\"]}"),
                delete(hamlet),
                purge("persona", ghost));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(statuses(reply)).containsExactly(201, 200, 204, 204);
        var results = reply.json().get("results");
        assertThat(other().get(at(results.get(0).get("id").stringValue())).json())
                .isEqualTo(results.get(0).get("document"));
        assertThat(other().get(at(ophelia)).header("ETag"))
                .isEqualTo(results.get(1).get("etag").stringValue());
        assertThat(other().get(at(hamlet)).json().get("is_active").booleanValue())
                .isFalse();
        assertThat(other().get(at(ghost)).status()).isEqualTo(404);
        assertThat(results.get(2).has("document")).isFalse();
    }

    @Test
    default void batch_atomicWithOneThatIsRefused_changesNothingAndNamesIt() {
        var ophelia = persona("Ophelia", null);
        String before = mien().get(at(ophelia)).header("Mien-Revision");

        var missing = batch(true, patch(ophelia, "{\"name\":\"O.\"}"), delete("nobody"));
        var stale = batch(
                true,
                create("persona", "{\"name\":\"Horatio\"}"),
                "{\"op\":\"patch\",\"kind\":\"persona\",\"id\":\"" + ophelia
                        + "\",\"if_match\":\"\\\"other\\\"\",\"body\":{}}");
        var invalid = batch(
                true,
                patch(ophelia, "{\"name\":\"O.\"}"),
                create("persona", "{\"name\":7}"),
                create("persona", "{\"name\":\"x\",\"tags\":1}"));

        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.type()).endsWith("persona-not-found");
        assertThat(missing.json().get("detail").stringValue()).startsWith("Operation 1: ");
        assertThat(pointers(missing)).containsExactly("/operations/1");
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.json().get("currentVersion").intValue()).isEqualTo(1);
        assertThat(pointers(stale)).containsExactly("/operations/1");
        assertThat(invalid.status()).isEqualTo(422);
        assertThat(pointers(invalid)).containsExactly("/operations/1/body/name", "/operations/2/body/tags");
        assertThat(other().get(at(ophelia)).header("Mien-Revision")).isEqualTo(before);
    }

    @Test
    default void batch_independent_doesWhatCanBeDoneInItsOrder() {
        var ophelia = persona("Ophelia", null);

        var reply = batch(
                false,
                createWithId("user", "gertrude", "{\"username\":\"gertrude\"}"),
                create("user", "{\"username\":\"Gertrude\"}"),
                create("persona", "{\"name\":\"Hamlet\",\"owner_id\":\"gertrude\"}"),
                create("persona", "{\"name\":7}"),
                patch("nobody", "{}"),
                patch(ophelia, "{\"name\":\"O.\"}"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(statuses(reply)).containsExactly(201, 409, 201, 422, 404, 200);
        assertThat(reply.json()
                        .get("results")
                        .get(3)
                        .get("problem")
                        .get("errors")
                        .get(0)
                        .get("pointer")
                        .stringValue())
                .isEqualTo("/name");
        assertThat(other().get(at(ophelia)).json().get("name").stringValue()).isEqualTo("O.");
        assertThat(other().get(USERS + "/gertrude/personas").json().get("items"))
                .hasSize(1);
    }

    @Test
    default void batch_stopOnError_triesNoneBehindTheFirstThatIsRefused() {
        var reply = mien().post(
                        BATCH,
                        "{\"stop_on_error\":true,\"operations\":[" + createWithId("persona", "a", "{\"name\":\"A\"}")
                                + "," + delete("nobody") + "," + createWithId("persona", "c", "{\"name\":\"C\"}")
                                + "]}");

        assertThat(statuses(reply)).containsExactly(201, 404);
        assertThat(other().get(at("a")).status()).isEqualTo(200);
        assertThat(other().get(at("c")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    default void batch_dryRun_saysWhatWouldComeOfItAndWritesNothing(boolean asParameter) {
        var owner = user("gertrude");
        var ophelia = persona("Ophelia", owner);
        String before = mien().get(at(ophelia)).header("Mien-Revision");

        var each = dryRun(
                asParameter,
                false,
                create("persona", "{\"name\":\"Horatio\"}"),
                patch(ophelia, "{\"name\":\"O.\"}"),
                create("user", "{\"username\":\"gertrude\"}"),
                create("persona", "{\"name\":\"x\",\"owner_id\":\"nobody\"}"),
                purge("user", owner),
                purge("persona", ophelia));
        var fine = dryRun(asParameter, true, patch(ophelia, "{\"name\":\"O.\"}"), delete(ophelia));
        var refused = dryRun(
                asParameter, true, patch(ophelia, "{\"name\":\"O.\"}"), create("user", "{\"username\":\"gertrude\"}"));

        assertThat(statuses(each)).containsExactly(201, 200, 409, 422, 409, 204);
        assertThat(statuses(fine)).containsExactly(200, 204);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(pointers(refused)).containsExactly("/operations/1/body/username");
        var after = other().get(at(ophelia));
        assertThat(after.header("Mien-Revision")).isEqualTo(before);
        assertThat(after.json().get("name").stringValue()).isEqualTo("Ophelia");
        assertThat(other().get(at(ophelia) + "/versions").json().get("items")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    default void batch_repeatedWithItsKey_isDoneOnce(boolean atomic) {
        var ophelia = persona("Ophelia", null);
        String body = body(
                atomic,
                create("persona", "{\"name\":\"Horatio\"}"),
                patch(ophelia, "{\"name\":\"O.\"}"),
                purge("persona", persona("Ghost", null)));

        var first = keyed(mien(), "k-" + atomic, body);
        mien().patch(at(ophelia), "{\"name\":\"Ophelia of Elsinore\"}");
        var again = keyed(other(), "k-" + atomic, body);

        assertThat(first.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(other().get(at(ophelia)).json().get("version").intValue()).isEqualTo(3);
        assertThat(other().get(PERSONAS).json().get("items")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    default void batch_keyOfAnotherBatch_isRefusedAndDoesNothing(boolean atomic) {
        keyed(mien(), "k", body(atomic, delete("nobody"), create("persona", "{\"name\":\"Horatio\"}")));
        keyed(mien(), "k2", body(atomic, create("persona", "{\"name\":\"Horatio\"}")));
        String before = mien().get(PERSONAS).header("Mien-Revision");

        var reply = keyed(
                other(),
                "k2",
                body(atomic, create("persona", "{\"name\":\"A\"}"), create("persona", "{\"name\":\"B\"}")));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.type()).endsWith("key-reused");
        assertThat(other().get(PERSONAS).header("Mien-Revision")).isEqualTo(before);
    }

    @Test
    default void batch_createWithAnId_isSafeToRepeatAndOverwritesNothingUnasked() {
        String hamlet = "{\"name\":\"Hamlet\",\"attributes\":{\"a\":1,\"b\":2}}";
        String sameInAnotherOrder = "{\"attributes\":{\"b\":2,\"a\":1},\"name\":\"Hamlet\"}";
        String different = "{\"name\":\"Hamlet II\"}";

        var created = batch(false, createWithId("persona", "hamlet", hamlet));
        var same = batch(false, createWithId("persona", "hamlet", sameInAnotherOrder));
        var refused = batch(false, createWithId("persona", "hamlet", different));
        var replaced = batch(
                false,
                "{\"op\":\"create\",\"kind\":\"persona\",\"id\":\"hamlet\",\"if_there\":\"replace\",\"actor\":\"anna\",\"message\":\"why\","
                        + "\"body\":" + different + "}");

        assertThat(statuses(created)).containsExactly(201);
        assertThat(statuses(same)).containsExactly(200);
        assertThat(same.json().get("results").get(0).get("changed").booleanValue())
                .isFalse();
        assertThat(statuses(refused)).containsExactly(412);
        assertThat(statuses(replaced)).containsExactly(200);
        var versions = other().get(at("hamlet") + "/versions").json().get("items");
        assertThat(versions).hasSize(2);
        assertThat(versions.get(0).get("actor").stringValue()).isEqualTo("anna");
        assertThat(versions.get(0).get("message").stringValue()).isEqualTo("why");
        assertThat(versions.get(0).get("fields").toString()).contains("name", "attributes");
    }

    @Test
    default void batch_createWithTheIdOfAPurgedPersona_isRefused() {
        batch(false, createWithId("persona", "ghost", "{\"name\":\"The Ghost\"}"), purge("persona", "ghost"));

        var reply = batch(false, createWithId("persona", "ghost", "{\"name\":\"The Ghost\"}"));

        assertThat(statuses(reply)).containsExactly(410);
        assertThat(other().get(at("ghost")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{'operations':[]}",
                "{'operations':[{'op':'move','kind':'persona','id':'x'}]}",
                "{'operations':[{'op':'delete','kind':'label','id':'x'}]}",
                "{'operations':[{'op':'delete','kind':'persona'}]}",
                "{'operations':[{'op':'delete','kind':'persona','id':7}]}",
                "{'operations':[{'op':'delete','kind':'persona','id':'x','body':{}}]}",
                "{'operations':[{'op':'patch','kind':'persona','id':'x'}]}",
                "{'operations':[{'op':'create','kind':'persona','body':{},'if_match':'*'}]}",
                "{'operations':[{'op':'create','kind':'persona','body':{},'if_there':'replace'}]}",
                "{'operations':[{'op':'create','kind':'persona','id':'x','body':{},'if_there':'maybe'}]}",
                "{'operations':[{'op':'delete','kind':'persona','id':'x','other':1}]}",
                "{'operations':[{'op':'delete','kind':'persona','id':'x'}],'atomic':'yes'}",
                "{'operations':[{'op':'delete','kind':'persona','id':'x','actor':'a'}],'atomic':true}",
                "{'operations':[{'op':'delete','kind':'persona','id':'x'}],'atomic':true,'stop_on_error':true}"
            })
    default void batch_notOfItsForm_is400(String body) {
        var reply = mien().post(BATCH, body.replace('\'', '"'));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.type()).endsWith("invalid-parameter");
    }

    @Test
    default void batch_moreThanAThousand_is400() {
        String one = "{\"op\":\"delete\",\"kind\":\"user\",\"id\":\"x\"}";

        assertThat(mien().post(BATCH, "{\"operations\":[" + (one + ",").repeat(999) + one + "]}")
                        .status())
                .isEqualTo(200);
        assertThat(mien().post(BATCH, "{\"operations\":[" + (one + ",").repeat(1_000) + one + "]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    default void personasOfAUser_areListedWithTheFiltersOfAList() {
        var gertrude = user("gertrude");
        var claudius = user("claudius");
        var mine = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            mine.add(persona("P" + i, gertrude));
            persona("Q" + i, claudius);
        }
        mien().patch(at(mine.get(2)), "{\"tags\":[\"court\"],\"is_active\":false}");

        var seen = new ArrayList<String>();
        String path = USERS + "/" + gertrude + "/personas?limit=2";
        for (String next = path; next != null; ) {
            var page = other().get(next).json();
            page.get("items").forEach(item -> seen.add(item.get("id").stringValue()));
            next = page.get("next_cursor").isNull()
                    ? null
                    : path + "&cursor=" + page.get("next_cursor").stringValue();
        }

        assertThat(seen).containsExactlyElementsOf(mine.reversed());
        assertThat(ids(other().get(USERS + "/" + gertrude + "/personas?tag=court")))
                .containsExactly(mine.get(2));
        assertThat(ids(other().get(USERS + "/" + gertrude + "/personas?active=true")))
                .hasSize(4);
        assertThat(other().get(USERS + "/nobody/personas").type()).endsWith("user-not-found");
        assertThat(other().get(USERS + "/" + gertrude + "/personas?owner=x").status())
                .isEqualTo(400);
    }

    @Test
    default void personasOfADeactivatedUser_stayReadable() {
        var gertrude = user("gertrude");
        var ophelia = persona("Ophelia", gertrude);

        mien().delete(USERS + "/" + gertrude);

        assertThat(other().get(USERS + "/" + gertrude).json().get("is_active").booleanValue())
                .isFalse();
        assertThat(other().get(at(ophelia)).json().get("owner_id").stringValue())
                .isEqualTo(gertrude);
        assertThat(other().get(at(ophelia)).json().get("is_active").booleanValue())
                .isTrue();
        assertThat(ids(other().get(USERS + "/" + gertrude + "/personas"))).containsExactly(ophelia);
        assertThat(ids(other().get(PERSONAS + "?owner=" + gertrude))).containsExactly(ophelia);
    }

    @Test
    default void transfer_toAnotherOrNobody_movesAllAndMayBeRepeated() {
        var gertrude = user("gertrude");
        var claudius = user("claudius");
        var personas = new ArrayList<String>();
        for (int i = 0; i < 250; i++) {
            personas.add(persona("P" + i, gertrude));
        }

        var moved = transfer(gertrude, "\"" + claudius + "\"");
        var again = transfer(gertrude, "\"" + claudius + "\"");

        assertThat(moved.json().toString()).isEqualTo("{\"transferred\":250,\"more\":false}");
        assertThat(again.json().toString()).isEqualTo("{\"transferred\":0,\"more\":false}");
        assertThat(other().get(at(personas.get(7))).json().get("owner_id").stringValue())
                .isEqualTo(claudius);
        var newest = other().get(at(personas.get(7)) + "/versions")
                .json()
                .get("items")
                .get(0);
        assertThat(newest.get("fields").toString()).isEqualTo("[\"owner_id\"]");
        assertThat(newest.get("actor").stringValue()).isEqualTo("anna");
        assertThat(transfer(claudius, "null").json().get("transferred").intValue())
                .isEqualTo(250);
        assertThat(other().get(at(personas.get(7))).json().get("owner_id").isNull())
                .isTrue();
    }

    @Test
    default void transfer_toOrFromNobody_isRefusedAndMovesNothing() {
        var gertrude = user("gertrude");
        var ophelia = persona("Ophelia", gertrude);

        assertThat(transfer("nobody", "null").type()).endsWith("user-not-found");
        var unknown = transfer(gertrude, "\"nobody\"");
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(pointers(unknown)).containsExactly("/to");
        assertThat(transfer(gertrude, "\"" + gertrude + "\"").status()).isEqualTo(422);
        assertThat(transfer(gertrude, "7").status()).isEqualTo(400);
        assertThat(mien().post(USERS + "/" + gertrude + "/transfer", "{}").status())
                .isEqualTo(400);
        assertThat(other().get(at(ophelia)).json().get("version").intValue()).isEqualTo(1);
    }

    @Test
    default void purge_ofAPersona_takesItsVersionsAndLabelsWithIt() {
        var ophelia = persona("Ophelia", null);
        var hamlet = persona("Hamlet", null);
        mien().patch(at(ophelia), "{\"greeting\":\"Good morrow.\"}");
        for (var id : List.of(ophelia, hamlet)) {
            mien().send(
                            "PUT",
                            at(id) + "/labels/production",
                            BodyPublishers.ofString("{\"version\":1}"),
                            "Content-Type",
                            "application/json");
        }

        var reply = mien().delete(at(ophelia) + "?purge=true", "Mien-Actor", "anna");

        assertThat(reply.status()).isEqualTo(204);
        assertThat(other().get(at(ophelia)).status()).isEqualTo(404);
        assertThat(other().get(at(ophelia) + "?version=1").status()).isEqualTo(410);
        assertThat(other().get(at(ophelia) + "?label=production").status()).isEqualTo(404);
        assertThat(other().get(at(ophelia) + "/labels").status()).isEqualTo(404);
        assertThat(ids(other().get(PERSONAS))).containsExactly(hamlet);
        assertThat(other().get(at(hamlet) + "?label=production").status()).isEqualTo(200);
        var versions = other().get(at(ophelia) + "/versions").json().get("items");
        assertThat(versions).hasSize(3);
        assertThat(versions.get(0).get("operation").stringValue()).isEqualTo("delete");
        assertThat(versions.get(0).get("actor").stringValue()).isEqualTo("anna");
        assertThat(versions.get(1).get("fields")).isEmpty();
    }

    @Test
    default void purge_ofAUserWhoOwnsPersonas_saysHowMany() {
        var gertrude = user("gertrude");
        var first = persona("Ophelia", gertrude);
        var second = persona("Hamlet", gertrude);

        var two = mien().delete(USERS + "/" + gertrude + "?purge=true");
        mien().delete(at(first) + "?purge=true");
        mien().delete(at(second));
        var one = mien().delete(USERS + "/" + gertrude + "?purge=true");
        transfer(gertrude, "null");
        var none = mien().delete(USERS + "/" + gertrude + "?purge=true");

        assertThat(two.status()).isEqualTo(409);
        assertThat(two.type()).endsWith("still-needed");
        assertThat(two.json().get("detail").stringValue()).startsWith("2 documents name the user ");
        assertThat(one.json().get("detail").stringValue()).startsWith("1 document names the user ");
        assertThat(none.status()).isEqualTo(204);
        assertThat(other().get(USERS + "/" + gertrude).status()).isEqualTo(404);
        assertThat(user("gertrude")).isNotEqualTo(gertrude);
    }

    private String persona(String name, String owner) {
        return mien().post(
                        PERSONAS,
                        "{\"name\":\"" + name + "\",\"owner_id\":" + (owner == null ? "null" : "\"" + owner + "\"")
                                + "}")
                .id();
    }

    private String user(String name) {
        return mien().post(USERS, "{\"username\":\"" + name + "\"}").id();
    }

    private static String at(String persona) {
        return PERSONAS + "/" + persona;
    }

    private Reply transfer(String from, String to) {
        return mien().send(
                        "POST",
                        USERS + "/" + from + "/transfer",
                        BodyPublishers.ofString("{\"to\":" + to + "}"),
                        "Content-Type",
                        "application/json",
                        "Mien-Actor",
                        "anna");
    }

    private Reply batch(boolean atomic, String... operations) {
        return mien().post(BATCH, body(atomic, operations));
    }

    private Reply dryRun(boolean asParameter, boolean atomic, String... operations) {
        String body = body(atomic, operations);
        return asParameter
                ? mien().post(BATCH + "?dry_run=true", body)
                : mien().post(BATCH, body.replaceFirst("\\{", "{\"dry_run\":true,"));
    }

    private static Reply keyed(RunningMien mien, String key, String body) {
        return mien.send(
                "POST",
                BATCH,
                BodyPublishers.ofString(body),
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                key);
    }

    private static String body(boolean atomic, String... operations) {
        return "{\"atomic\":" + atomic + ",\"operations\":[" + String.join(",", operations) + "]}";
    }

    private static String create(String kind, String body) {
        return "{\"op\":\"create\",\"kind\":\"" + kind + "\",\"body\":" + body + "}";
    }

    private static String createWithId(String kind, String id, String body) {
        return "{\"op\":\"create\",\"kind\":\"" + kind + "\",\"id\":\"" + id + "\",\"body\":" + body + "}";
    }

    private static String patch(String id, String body) {
        return "{\"op\":\"patch\",\"kind\":\"persona\",\"id\":\"" + id + "\",\"body\":" + body + "}";
    }

    private static String delete(String id) {
        return "{\"op\":\"delete\",\"kind\":\"persona\",\"id\":\"" + id + "\"}";
    }

    private static String purge(String kind, String id) {
        return "{\"op\":\"purge\",\"kind\":\"" + kind + "\",\"id\":\"" + id + "\"}";
    }

    private static List<Integer> statuses(Reply reply) {
        var statuses = new ArrayList<Integer>();
        reply.json()
                .path("results")
                .forEach(result -> statuses.add(result.get("status").intValue()));
        return statuses;
    }

    private static List<String> pointers(Reply reply) {
        var pointers = new ArrayList<String>();
        reply.json()
                .path("errors")
                .forEach(error -> pointers.add(error.get("pointer").stringValue()));
        return pointers;
    }

    private static List<String> ids(Reply reply) {
        var ids = new ArrayList<String>();
        for (JsonNode item : reply.json().get("items")) {
            ids.add(item.get("id").stringValue());
        }
        return ids;
    }
}
