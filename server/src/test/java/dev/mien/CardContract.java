package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.RunningMien.Reply;
import dev.mien.card.Cards;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client sees of character cards, whichever database keeps the personas.
interface CardContract {
    String IMPORT = "/api/v1/personas/import";
    String PERSONAS = "/api/v1/personas/";

    /// Where cards are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    /// One that can write while the first does; two on SQLite cannot in one process, which is where their locks are.
    RunningMien writer();

    /// A file with its name.
    @SuppressWarnings("ArrayRecordComponent")
    record Sent(String name, byte[] bytes) {}

    private static Sent sent(String name, byte[] bytes) {
        return new Sent(name, bytes);
    }

    private Reply importTo(RunningMien to, String query, Sent... files) {
        var body = new ByteArrayOutputStream();
        for (var file : files) {
            body.writeBytes(("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + file.name()
                            + "\"\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(file.bytes());
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--edge--\r\n".getBytes(StandardCharsets.UTF_8));
        return to.send(
                "POST",
                IMPORT + query,
                BodyPublishers.ofByteArray(body.toByteArray()),
                "Content-Type",
                "multipart/form-data; boundary=edge");
    }

    private JsonNode result(String query, Sent file) {
        var reply = importTo(mien(), query, file);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("results").get(0);
    }

    private String created(Sent file) {
        var result = result("", file);
        assertThat(result.get("status").stringValue()).as(result.toString()).isEqualTo("created");
        return result.get("id").stringValue();
    }

    private JsonNode tree(String id, String query) {
        return Cards.JSON.readTree(
                other().fetch(PERSONAS + id + "/card.json" + query).body());
    }

    private static Map<String, byte[]> unzipped(byte[] zip) {
        var files = new LinkedHashMap<String, byte[]>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return files;
    }

    /// The text of a PNG's chunk, by the bytes of the file.
    private static byte[] textOf(byte[] png, String keyword) {
        String text = new String(png, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("tEXt" + keyword + "\0");
        assertThat(at).as(keyword).isPositive();
        int length = java.nio.ByteBuffer.wrap(png).getInt(at - 4);
        int from = at + 5 + keyword.length();
        return Base64.getDecoder().decode(Arrays.copyOfRange(png, from, at + 4 + length));
    }

    private long count() {
        return mien().get("/api/v1/personas?limit=500").json().get("items").size();
    }

    @Test
    default void import_severalFiles_answersEachAndOneBadOneStopsNoOther() {
        var reply = importTo(
                mien(),
                "",
                sent("ada.json", Cards.bytes(Cards.v2())),
                sent("broken.png", Arrays.copyOf(Cards.png(Cards.cardChunk("chara", Cards.v2())), 80)),
                sent("ada.png", Cards.png(Cards.cardChunk("ccv3", Cards.v3()))),
                sent("nothing.txt", "text".getBytes(StandardCharsets.UTF_8)));

        assertThat(reply.status()).isEqualTo(200);
        var results = reply.json().get("results");
        assertThat(results.valueStream().map(result -> result.get("status").stringValue()))
                .containsExactly("created", "refused", "created", "refused");
        assertThat(results.get(1).at("/problem/type").stringValue()).isEqualTo("/problems/invalid-card");
        assertThat(results.get(1).at("/problem/detail").stringValue()).contains("cut off");
        assertThat(results.get(0).get("container").stringValue()).isEqualTo("json");
        assertThat(results.get(2).get("container").stringValue()).isEqualTo("png");
        assertThat(results.get(2).get("spec").stringValue()).isEqualTo("chara_card_v3");
        assertThat(results.get(0).get("kept").toString()).contains("/data/another");
        assertThat(results.get(2)
                        .get("assets")
                        .valueStream()
                        .map(asset -> asset.get("status").stringValue()))
                .containsExactly("kept", "external", "kept");
        assertThat(count()).isEqualTo(2);
        var persona =
                other().get(PERSONAS + results.get(2).get("id").stringValue()).json();
        assertThat(persona.get("avatar").isString()).isTrue();
        assertThat(persona.get("name").stringValue()).isEqualTo("Ada");
    }

    @Test
    default void card_inEachContainerAndSpec_comesBackAsItWas() {
        for (var card : List.of(Cards.v1(), Cards.v2(), Cards.v3())) {
            String id = created(sent("a.json", Cards.bytes(card)));
            assertThat(tree(id, "")).isEqualTo(Cards.json(card));
        }
        byte[] gamma = Cards.chunk("gAMA", new byte[] {0, 0, 1, 1});
        byte[] comment = Cards.textChunk("Comment", new byte[] {'x'});
        for (var keyword : List.of("chara", "ccv3")) {
            String card = keyword.equals("chara") ? Cards.v2() : Cards.v3();
            String id = created(sent("a.png", Cards.png(gamma, Cards.cardChunk(keyword, card), comment)));
            byte[] png = other().fetch(PERSONAS + id + "/card.png").body();
            assertThat(Cards.JSON.readTree(textOf(png, keyword))).isEqualTo(Cards.json(card));
            // Everything before the card is as it was, and so is the end.
            byte[] picture = Cards.png(gamma, comment);
            assertThat(Arrays.copyOf(png, picture.length - 12)).isEqualTo(Arrays.copyOf(picture, picture.length - 12));
            assertThat(tree(id, "")).isEqualTo(Cards.json(card));
        }
        var files = new LinkedHashMap<String, byte[]>();
        files.put("assets/icon/images/a.png", Cards.png());
        files.put("module.risum", new byte[] {1, 2, 3});
        files.put("empty", new byte[0]);
        String card = Cards.v3().replace("ccdefault:", "embeded://assets/icon/images/a.png");
        String id = created(sent("a.charx", Cards.charx(card, files)));
        var unzipped = unzipped(other().fetch(PERSONAS + id + "/card.charx").body());
        assertThat(unzipped.keySet()).containsExactly("card.json", "assets/icon/images/a.png", "module.risum", "empty");
        files.forEach((path, bytes) -> assertThat(unzipped.get(path)).isEqualTo(bytes));
        assertThat(Cards.JSON.readTree(unzipped.get("card.json"))).isEqualTo(Cards.json(card));
    }

    @Test
    default void card_edited_showsTheEditEverywhereAtOnce() {
        String id = created(sent("a.png", Cards.png(Cards.cardChunk("ccv3", Cards.v3()))));

        mien().patch(PERSONAS + id, "{\"name\":\"Augusta\",\"appearance\":\"Tall\"}");

        assertThat(tree(id, "").at("/data/name").stringValue()).isEqualTo("Augusta");
        assertThat(tree(id, "?spec=2").at("/data/name").stringValue()).isEqualTo("Augusta");
        assertThat(tree(id, "?spec=1").get("name").stringValue()).isEqualTo("Augusta");
        assertThat(tree(id, "").at("/data/extensions/mien~1persona/appearance").stringValue())
                .isEqualTo("Tall");
        assertThat(tree(id, "").at("/data/unknown")).isEqualTo(Cards.json("{'k':'v'}"));
        byte[] png = other().fetch(PERSONAS + id + "/card.png").body();
        assertThat(Cards.JSON.readTree(textOf(png, "ccv3")).at("/data/name").stringValue())
                .isEqualTo("Augusta");
        var copy = Cards.JSON.readTree(textOf(png, "chara"));
        assertThat(copy.get("spec").stringValue()).isEqualTo("chara_card_v2");
        assertThat(copy.at("/data/creator_notes").stringValue()).contains("reduced copy");
        var charx = unzipped(other().fetch(PERSONAS + id + "/card.charx").body());
        assertThat(charx.get("assets/icon/images/main.png")).isEqualTo(Cards.png());
        assertThat(Cards.JSON
                        .readTree(charx.get("card.json"))
                        .at("/data/assets/0/uri")
                        .stringValue())
                .isEqualTo("embeded://assets/icon/images/main.png");
    }

    @Test
    default void card_toV2AndBack_isTheSameAndTellsWhatItCannotSay() {
        String id = created(sent("a.json", Cards.bytes(Cards.v3())));

        var reply = other().get(PERSONAS + id + "/card.json?spec=2");
        var again = created(sent("b.json", reply.text().getBytes(StandardCharsets.UTF_8)));

        assertThat(reply.header("Mien-Card-Losses")).contains("/data/nickname;kept", "/data/assets;kept");
        assertThat(tree(again, "")).isEqualTo(Cards.json(Cards.v3()));
        assertThat(other().get(PERSONAS + id + "/card.json").header("Mien-Card-Losses"))
                .isNull();
    }

    @Test
    default void import_sameCardAgain_isADuplicateWhateverWasEdited() {
        var file = sent("a.png", Cards.png(Cards.cardChunk("chara", Cards.v2())));
        String id = created(file);
        mien().patch(PERSONAS + id, "{\"name\":\"Augusta\"}");

        var again = importTo(other(), "", sent("b.png", file.bytes()))
                .json()
                .get("results")
                .get(0);
        var rewritten = result(
                "",
                sent(
                        "c.png",
                        other().fetch(PERSONAS + created(sent("d.json", Cards.bytes(Cards.v2()))) + "/card.json")
                                .body()));

        assertThat(again.get("status").stringValue()).isEqualTo("duplicate");
        assertThat(again.get("duplicate_of").stringValue()).isEqualTo(id);
        assertThat(rewritten.get("status").stringValue()).isEqualTo("duplicate");
        assertThat(other().get(PERSONAS + id).json().get("name").stringValue()).isEqualTo("Augusta");
        assertThat(result("?copy=true", file).get("status").stringValue()).isEqualTo("created");
        assertThat(count()).isEqualTo(3);
        String hash = mien().get(PERSONAS + id).json().at("/card/hash").stringValue();
        assertThat(other().get("/api/v1/personas?card=" + hash).json().get("items"))
                .hasSize(2);
        assertThat(other().get("/api/v1/personas?card=none").json().get("items"))
                .isEmpty();
    }

    @Test
    default void import_sameCardOfManyAtOnce_makesOnePersona() throws Exception {
        for (int round = 0; round < 5; round++) {
            var file = sent("a.json", Cards.bytes(Cards.v1().replace("'name':'Ada'", "'name':'Round " + round + "'")));
            var start = new CyclicBarrier(8);
            var statuses = new ArrayList<String>();
            var ids = new HashSet<String>();
            try (var threads = Executors.newFixedThreadPool(8)) {
                var waiting = new ArrayList<java.util.concurrent.Future<JsonNode>>();
                for (int i = 0; i < 8; i++) {
                    var to = i % 2 == 0 ? mien() : writer();
                    waiting.add(threads.submit(() -> {
                        start.await();
                        return importTo(to, "", file).json().get("results").get(0);
                    }));
                }
                for (var one : waiting) {
                    var result = one.get();
                    statuses.add(result.get("status").stringValue());
                    ids.add((result.has("id") ? result.get("id") : result.get("duplicate_of")).stringValue());
                }
            }
            assertThat(statuses.stream().collect(Collectors.groupingBy(status -> status, Collectors.counting())))
                    .isEqualTo(Map.of("created", 1L, "duplicate", 7L));
            assertThat(ids).hasSize(1);
        }
        assertThat(count()).isEqualTo(5);
    }

    @Test
    default void import_afterItsPersonaEnded_makesANewOne() {
        var file = sent("a.json", Cards.bytes(Cards.v1()));
        String first = created(file);

        assertThat(mien().delete(PERSONAS + first + "?purge=true").status()).isEqualTo(204);
        String second = created(file);
        mien().delete(PERSONAS + second);
        String third = created(file);
        mien().patch(PERSONAS + third, "{\"card\":null}");
        String fourth = created(file);

        assertThat(List.of(first, second, third, fourth)).doesNotHaveDuplicates();
        assertThat(result("", file).get("duplicate_of").stringValue()).isEqualTo(fourth);
    }

    @Test
    default void import_forAUser_isThatUsers() {
        var file = sent("a.json", Cards.bytes(Cards.v1()));
        String alan = mien().post("/api/v1/users", "{\"username\":\"alan\"}").id();
        created(file);

        var own = result("?owner_id=" + alan, file);
        var nobody = result("?owner_id=nobody", file);

        assertThat(own.get("status").stringValue()).isEqualTo("created");
        assertThat(other().get(PERSONAS + own.get("id").stringValue())
                        .json()
                        .get("owner_id")
                        .stringValue())
                .isEqualTo(alan);
        assertThat(result("?owner_id=" + alan, file).get("status").stringValue())
                .isEqualTo("duplicate");
        assertThat(nobody.get("status").stringValue()).isEqualTo("refused");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    default void import_dryRun_tellsTheSameAndWritesNothing() {
        byte[] png = Cards.png(Cards.cardChunk("ccv3", Cards.v3()));
        String before = mien().get("/api/v1/personas").header("Mien-Revision");

        var dry = (ObjectNode) result("?dry_run=true", sent("a.png", png));

        assertThat(dry.get("status").stringValue()).isEqualTo("valid");
        assertThat(mien().get("/api/v1/personas").header("Mien-Revision")).isEqualTo(before);
        var real = (ObjectNode) result("", sent("a.png", png));
        real.remove("id");
        assertThat((JsonNode) dry.put("status", "created")).isEqualTo(real);
        assertThat(result("?dry_run=true", sent("a.png", png)).get("status").stringValue())
                .isEqualTo("duplicate");
        assertThat(result("?dry_run=true&owner_id=nobody", sent("b.json", Cards.bytes(Cards.v1())))
                        .get("status")
                        .stringValue())
                .isEqualTo("refused");
    }

    @Test
    default void export_headers_nameTheFileAndItsVersion() {
        String id =
                created(sent("a.json", Cards.bytes(Cards.v2().replace("'name':'Ada'", "'name':'Zo\u00eb/..\\\\: x'"))));

        for (var extension : List.of("json", "png", "charx")) {
            String path = PERSONAS + id + "/card." + extension;
            var whole = other().fetch(path);
            var head = other().send("HEAD", path, BodyPublishers.noBody());
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(other().fetch(path).body());
            assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(whole.body().length));
            assertThat(head.header("ETag")).isEqualTo(other().get(PERSONAS + id).header("ETag"));
            assertThat(head.header("Content-Disposition"))
                    .startsWith("attachment; filename=\"")
                    .endsWith("." + extension)
                    .contains("filename*=UTF-8''Zo%C3%AB")
                    .doesNotContain("/", "\\");
            assertThat(other().get(path, "If-None-Match", head.header("ETag")).status())
                    .isEqualTo(304);
        }
        assertThat(other().get(PERSONAS + id + "/card.charx?spec=2").status()).isEqualTo(400);
        assertThat(other().get(PERSONAS + id + "/card.json?spec=4").status()).isEqualTo(400);
        assertThat(other().get(PERSONAS + "nobody/card.json").status()).isEqualTo(404);
    }

    @Test
    default void export_personaThatCameFromNoCard_isOne() {
        String id = mien().post("/api/v1/personas", "{\"name\":\"Eve\",\"greeting\":\"Hi\"}")
                .id();

        byte[] png = other().fetch(PERSONAS + id + "/card.png").body();
        var result = result("", sent("eve.png", png));

        assertThat(result.get("status").stringValue()).isEqualTo("created");
        assertThat(result.get("spec").stringValue()).isEqualTo("chara_card_v3");
        assertThat(result.get("warnings")).isEmpty();
        assertThat(other().get(PERSONAS + result.get("id").stringValue())
                        .json()
                        .get("greeting")
                        .stringValue())
                .isEqualTo("Hi");
    }

    @Test
    default void import_whatIsNoForm_isRefused() {
        assertThat(mien().post(IMPORT, "{}").status()).isEqualTo(415);
        assertThat(importTo(mien(), "?what=1", sent("a", new byte[] {1})).status())
                .isEqualTo(400);
        assertThat(mien().send(
                                "POST",
                                IMPORT,
                                BodyPublishers.ofString("--edge--"),
                                "Content-Type",
                                "multipart/form-data; boundary=edge")
                        .status())
                .isEqualTo(400);
        assertThat(mien().send(
                                "POST",
                                IMPORT,
                                BodyPublishers.ofString("--edge\r\n\r\nx"),
                                "Content-Type",
                                "multipart/form-data; boundary=edge")
                        .status())
                .isEqualTo(400);
    }

    @Test
    default void patch_hashThatIsNone_isKeptAndFindsNothing() {
        String id = created(sent("a.json", Cards.bytes(Cards.v1())));
        var text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.appendCodePoint(0x4e00 + i * 7919 % 20_000);
        }

        var reply = mien().patch(PERSONAS + id, "{\"card\":{\"hash\":\"" + text + "\"}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(result("", sent("a.json", Cards.bytes(Cards.v1())))
                        .get("status")
                        .stringValue())
                .isEqualTo("created");
    }
}
