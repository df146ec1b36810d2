package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.RunningMien.Reply;
import dev.mien.asset.Pictures;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client sees of pictures, whichever database keeps them.
interface AvatarContract {
    String PERSONAS = "/api/v1/personas";
    String ASSETS = "/api/v1/assets/";

    /// Where edits are sent.
    RunningMien mien();

    /// Another worker with the same store.
    RunningMien other();

    private String persona() {
        return PERSONAS + "/" + mien().post(PERSONAS, "{\"name\":\"Ophelia\"}").id();
    }

    private Reply put(String persona, byte[] picture, String... headers) {
        return mien().send("PUT", persona + "/avatar", BodyPublishers.ofByteArray(picture), headers);
    }

    private static String avatar(Reply reply) {
        return reply.json().get("avatar").stringValue();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    default void put_picture_isNamedByThePersonaAndServedWhole() throws Exception {
        byte[] picture = Pictures.png(40, 60);
        String ophelia = persona();

        var reply = put(ophelia, picture, "Content-Type", "text/html", "Mien-Actor", "ada");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(avatar(reply)).isEqualTo(sha256(picture));
        assertThat(reply.json().get("version").intValue()).isEqualTo(2);
        var found = other().get(ophelia + "/avatar");
        assertThat(found.status()).isEqualTo(307);
        assertThat(found.header("Location")).isEqualTo(ASSETS + sha256(picture));
        assertThat(found.header("Cache-Control")).isEqualTo("private, no-cache");
        assertThat(found.header("Mien-Revision")).isEqualTo(reply.header("Mien-Revision"));
        var whole = other().fetch(found.header("Location"));
        assertThat(whole.body()).isEqualTo(picture);
        var headers = whole.headers();
        assertThat(headers.firstValue("Content-Type")).hasValue("image/png");
        assertThat(headers.firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Content-Security-Policy")).hasValue("sandbox; default-src 'none'");
        assertThat(headers.firstValue("Content-Disposition")).isEmpty();
        var history = mien().get(ophelia + "/versions").json().at("/items/0");
        assertThat(history.get("actor").stringValue()).isEqualTo("ada");
        assertThat(history.at("/fields/0").stringValue()).isEqualTo("avatar");
    }

    @Test
    default void get_size_isDrawnSmallOnEachWorker() {
        String ophelia = persona();
        put(ophelia, Pictures.png(400, 600));

        var found = other().get(ophelia + "/avatar?size=128");

        assertThat(found.header("Location")).endsWith("?size=128");
        for (var worker : new RunningMien[] {mien(), other()}) {
            var small = worker.fetch(found.header("Location"));
            assertThat(small.statusCode()).isEqualTo(200);
            assertThat(small.headers().firstValue("Content-Type")).hasValue("image/jpeg");
            assertThat(small.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
            assertThat(Pictures.decode(small.body()).getWidth()).isEqualTo(128);
            assertThat(Pictures.decode(small.body()).getHeight()).isEqualTo(192);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100", "0", "-64", "999999999999", "x", ""})
    default void get_sizeThatIsNone_isRefused(String size) {
        String ophelia = persona();
        String address = avatar(put(ophelia, Pictures.png(4, 4)));

        assertThat(mien().get(ophelia + "/avatar?size=" + size).status()).isEqualTo(400);
        assertThat(mien().get(ASSETS + address + "?size=" + size).status()).isEqualTo(400);
    }

    @Test
    default void get_againWithTheTag_isNotModified_andHeadIsAsGet() {
        String address = avatar(put(persona(), Pictures.png(40, 60)));
        for (String path : new String[] {ASSETS + address, ASSETS + address + "?size=64"}) {
            var first = mien().fetch(path);
            String tag = first.headers().firstValue("ETag").orElseThrow();

            var again = other().get(path, "If-None-Match", tag);
            var head = other().send("HEAD", path, BodyPublishers.noBody());

            assertThat(again.status()).isEqualTo(304);
            assertThat(again.text()).isEmpty();
            assertThat(again.header("Cache-Control")).contains("immutable");
            assertThat(other().get(path, "If-None-Match", "\"other\"").status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(first.body().length));
            assertThat(head.header("ETag")).isEqualTo(tag);
            assertThat(head.text()).isEmpty();
        }
    }

    /// The promise of the server holds for pictures too: whoever asks behind the answer to an edit is sent to the new
    /// one.
    @Test
    default void put_anotherPicture_isWhatEveryWorkerSendsToFromThenOn() throws Exception {
        String ophelia = persona();
        for (int i = 1; i <= 40; i++) {
            byte[] picture = Pictures.png(i, 41);

            put(ophelia, picture);

            assertThat(other().get(ophelia + "/avatar").header("Location")).isEqualTo(ASSETS + sha256(picture));
        }
    }

    @Test
    default void get_version_findsThePictureOfThatTime() throws Exception {
        byte[] first = Pictures.png(10, 10);
        byte[] second = Pictures.png(20, 20);
        String ophelia = persona();
        put(ophelia, first);
        put(ophelia, second);

        assertThat(other().get(ophelia + "/avatar?version=2").header("Location"))
                .isEqualTo(ASSETS + sha256(first));
        assertThat(other().fetch(ASSETS + sha256(first)).body()).isEqualTo(first);
        assertThat(other().get(ophelia + "/avatar?version=1").type()).isEqualTo("/problems/avatar-not-found");
        assertThat(other().get(ophelia + "/avatar?version=9").type()).isEqualTo("/problems/version-not-found");
    }

    @Test
    default void delete_picture_leavesThePersonaWithout() {
        String ophelia = persona();
        String tag = put(ophelia, Pictures.png(4, 4)).header("ETag");

        var stale = mien().delete(ophelia + "/avatar", "If-Match", "\"other\"");
        var deleted = mien().delete(ophelia + "/avatar", "If-Match", tag);

        assertThat(stale.status()).isEqualTo(412);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().get("avatar").isNull()).isTrue();
        var none = other().get(ophelia + "/avatar");
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.type()).isEqualTo("/problems/avatar-not-found");
        assertThat(none.header("Mien-Revision")).isEqualTo(deleted.header("Mien-Revision"));
        assertThat(other().get(PERSONAS + "/nobody/avatar").type()).isEqualTo("/problems/persona-not-found");
    }

    @Test
    default void put_withCondition_isRefusedForAnotherVersion() {
        String ophelia = persona();
        String tag = mien().get(ophelia).header("ETag");
        mien().patch(ophelia, "{\"name\":\"O.\"}");

        var reply = put(ophelia, Pictures.png(4, 4), "If-Match", tag);

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.json().get("currentVersion").intValue()).isEqualTo(2);
        assertThat(put(PERSONAS + "/nobody", Pictures.png(4, 4)).status()).isEqualTo(404);
    }

    @Test
    default void put_withKey_isDoneOnce() {
        String ophelia = persona();
        byte[] picture = Pictures.png(4, 4);

        var first = put(ophelia, picture, "Idempotency-Key", "k1");
        mien().delete(ophelia + "/avatar");
        var repeated = put(ophelia, picture, "Idempotency-Key", "k1");
        var other = put(ophelia, Pictures.png(5, 5), "Idempotency-Key", "k1");

        assertThat(repeated.status()).isEqualTo(200);
        assertThat(repeated.text()).isEqualTo(first.text());
        assertThat(other.type()).isEqualTo("/problems/key-reused");
        assertThat(mien().get(ophelia + "/avatar").status()).isEqualTo(404);
    }

    @Test
    default void put_whatIsNoPicture_isRefusedWhateverItIsCalled() {
        String ophelia = persona();

        for (String text : new String[] {"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<html>", ""}) {
            var reply =
                    put(ophelia, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "Content-Type", "image/png");
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.type()).isEqualTo("/problems/invalid-image");
        }
        assertThat(mien().get(ophelia).json().get("version").intValue()).isEqualTo(1);
    }

    @Test
    default void put_tooLarge_isRefused() {
        var reply = put(persona(), new byte[10_485_761]);

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.type()).isEqualTo("/problems/body-too-large");
    }

    /// Larger than what is sent at once.
    @Test
    default void post_largeFile_comesBackByteForByteAsAnAttachment() throws Exception {
        byte[] sound = new byte[1_500_001];
        new Random(1).nextBytes(sound);
        System.arraycopy(new byte[] {'O', 'g', 'g', 'S'}, 0, sound, 0, 4);

        var stored = mien().send("POST", "/api/v1/assets", BodyPublishers.ofByteArray(sound));

        assertThat(stored.status()).isEqualTo(201);
        assertThat(stored.json().get("type").stringValue()).isEqualTo("audio/ogg");
        assertThat(stored.json().get("size").intValue()).isEqualTo(sound.length);
        assertThat(stored.header("Location")).isEqualTo(ASSETS + sha256(sound));
        var whole = other().fetch(stored.header("Location"));
        assertThat(whole.body()).isEqualTo(sound);
        assertThat(whole.headers().firstValue("Content-Disposition")).hasValue("attachment");
        assertThat(whole.headers().firstValue("Content-Type")).hasValue("audio/ogg");
        var small = other().get(stored.header("Location") + "?size=64");
        assertThat(small.status()).isEqualTo(422);
        assertThat(small.type()).isEqualTo("/problems/invalid-image");
    }

    @Test
    default void get_damagedPicture_isServedWholeAndItsThumbnailIsAProblem() {
        byte[] damaged = Arrays.copyOf(Pictures.png(300, 300), 100);
        String address = avatar(put(persona(), damaged));

        assertThat(other().fetch(ASSETS + address).body()).isEqualTo(damaged);
        for (int i = 0; i < 2; i++) {
            var small = other().get(ASSETS + address + "?size=64");
            assertThat(small.status()).isEqualTo(422);
            assertThat(small.type()).isEqualTo("/problems/invalid-image");
            assertThat(small.header("Cache-Control")).isEqualTo("no-store");
        }
    }

    @Test
    default void get_unknownAddress_isNotFound() {
        assertThat(mien().get(ASSETS + "0".repeat(64)).type()).isEqualTo("/problems/asset-not-found");
        assertThat(mien().get(ASSETS + "0".repeat(64) + "?size=64").type()).isEqualTo("/problems/asset-not-found");
        assertThat(mien().get(ASSETS + "..%2f..").status()).isEqualTo(404);
    }

    /// Also where the small picture is in a worker's memory.
    @Test
    default void purge_picture_isGoneOnEveryWorker() {
        String ophelia = persona();
        String address = avatar(put(ophelia, Pictures.png(400, 400)));
        assertThat(other().fetch(ASSETS + address + "?size=64").statusCode()).isEqualTo(200);
        String tag =
                other().fetch(ASSETS + address).headers().firstValue("ETag").orElseThrow();

        assertThat(mien().delete(ophelia + "?purge=true").status()).isEqualTo(204);

        assertThat(other().get(ASSETS + address + "?size=64").status()).isEqualTo(404);
        assertThat(other().get(ASSETS + address).status()).isEqualTo(404);
        assertThat(other().get(ASSETS + address, "If-None-Match", tag).status()).isEqualTo(404);
    }

    @Test
    default void patch_avatarThatIsNotStored_isRefusedWithThePointer() {
        var reply = mien().patch(persona(), "{\"avatar\":\"" + "0".repeat(64) + "\"}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.type()).isEqualTo("/problems/invalid-persona");
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo("/avatar");
    }
}
