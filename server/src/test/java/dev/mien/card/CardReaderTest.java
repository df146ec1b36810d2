package dev.mien.card;

import static dev.mien.card.Cards.bytes;
import static dev.mien.card.Cards.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.mien.card.CardFile.Container;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Cards out of files, and files that are refused.
class CardReaderTest {
    private static final CardReader READER = new CardReader(new CardConfig(1_000_000));

    private static void refused(byte[] file, String reason) {
        assertThatThrownBy(() -> READER.read(file)).isInstanceOf(Refusal.class).hasMessageContaining(reason);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void png_eachWayOfWritingIt_isRead() {
        byte[] base64 = Base64.getEncoder().encode(bytes(Cards.v2()));
        byte[] lines = latin1(new String(base64, StandardCharsets.ISO_8859_1).replaceAll("(.{76})", "$1\n"));
        var files = List.of(
                Cards.png(Cards.cardChunk("chara", Cards.v2())),
                Cards.png(Cards.cardChunk("Chara", Cards.v2())),
                Cards.png(Cards.textChunk("chara", lines)),
                Cards.png(Cards.chunk("zTXt", Cards.joined(latin1("chara\0\0"), Cards.deflated(base64)))),
                Cards.png(Cards.chunk("iTXt", Cards.joined(latin1("chara\0\0\0en\0x\0"), base64))),
                Cards.png(Cards.chunk("iTXt", Cards.joined(latin1("chara\0\1\0\0\0"), Cards.deflated(base64)))));

        for (var file : files) {
            var card = READER.read(file);
            assertThat(card.container()).isEqualTo(Container.PNG);
            assertThat((JsonNode) card.root()).isEqualTo(json(Cards.v2()));
            assertThat(card.picture()).isEqualTo(Cards.png());
        }
    }

    @Test
    void png_withBothVersions_isReadAsTheNewerAndKeepsEveryOtherChunk() {
        byte[] gamma = Cards.chunk("gAMA", new byte[] {0, 0, 1, 1});
        byte[] comment = Cards.textChunk("Comment", latin1("mine"));
        byte[] odd = Cards.chunk("prVt", new byte[] {9, 8, 7});
        byte[] file = Cards.joined(
                Cards.png(
                        gamma, Cards.cardChunk("chara", Cards.v2()), comment, Cards.cardChunk("ccv3", Cards.v3()), odd),
                latin1("behind the end"));

        var card = READER.read(file);

        assertThat((JsonNode) card.root()).isEqualTo(json(Cards.v3()));
        assertThat(card.picture()).isEqualTo(Cards.joined(Cards.png(gamma, comment, odd), latin1("behind the end")));
    }

    @Test
    void png_animated_isToldAndKept() {
        byte[] control = Cards.chunk("acTL", new byte[] {0, 0, 0, 1, 0, 0, 0, 0});
        var card = READER.read(Cards.png(control, Cards.cardChunk("chara", Cards.v2())));

        assertThat(card.container()).isEqualTo(Container.APNG);
        assertThat(card.picture()).isEqualTo(Cards.png(control));
    }

    @Test
    void png_filesInItsTexts_areRead() {
        byte[] content = {1, 2, 3};
        byte[] base64 = Base64.getEncoder().encode(content);

        var card = READER.read(Cards.png(
                Cards.cardChunk("chara", Cards.v2()),
                Cards.textChunk("chara-ext-asset_:a/b.png", base64),
                Cards.textChunk("chara-ext-asset_0", base64)));

        assertThat(card.files()).containsOnlyKeys("__asset:a/b.png", "__asset:0");
        assertThat(card.files().values()).allMatch(bytes -> Arrays.equals(bytes, content));
    }

    @Test
    void png_damaged_isRefusedWithTheReason() {
        byte[] whole = Cards.png(Cards.cardChunk("chara", Cards.v2()));
        byte[] badCrc = whole.clone();
        badCrc[60] ^= 1;
        byte[] large = Cards.joined(
                Arrays.copyOf(whole, 33),
                ByteBuffer.allocate(4).putInt(100_000_000).array(),
                latin1("tEXtchara\0"));

        refused(Arrays.copyOf(whole, whole.length - 12), "cut off");
        refused(Arrays.copyOf(whole, 100), "cut off");
        refused(badCrc, "CRC");
        refused(large, "100000000 bytes long");
        refused(Cards.png(), "no card in it");
        refused(Cards.png(Cards.textChunk("chara", latin1("!!!"))), "base64");
        refused(
                Cards.png(Cards.textChunk("chara", Base64.getEncoder().encode(latin1("{\"name\"")))),
                "not well-formed");
        refused(Cards.png(Cards.textChunk("chara", Base64.getEncoder().encode(new byte[] {(byte) 0xff, 5}))), "UTF-8");
        refused(Cards.png(Cards.chunk("zTXt", Cards.joined(latin1("chara\0\0"), latin1("no zlib")))), "unpacked");
    }

    @Test
    void bombs_areRefused() {
        byte[] zeros = Cards.deflated(new byte[1_500_000]);

        refused(Cards.png(Cards.chunk("zTXt", Cards.joined(latin1("chara\0\0"), zeros))), "zip bomb");
        refused(Cards.charx(Cards.v3(), Map.of("x", new byte[1_500_000])), "zip bomb");
        refused(Cards.charx(Cards.v3(), Map.of("x", new byte[100_000_000])), "unpacks to more than");
    }

    @Test
    void zip_thatUnpacksToTooMuchInAll_isRefused() {
        var zip = new LinkedHashMap<String, byte[]>();
        for (int i = 0; i < 4; i++) {
            byte[] half = new byte[900_000];
            new Random(i).nextBytes(half);
            Arrays.fill(half, 100_000, 900_000, (byte) 0);
            zip.put("f" + i, half);
        }

        refused(Cards.charx(Cards.v3(), zip), "unpacks to more than the 2000000 bytes");
    }

    @Test
    void zip_pathsThatLeadOut_areRefused() {
        for (String path : List.of("../x", "a/../../x", "/etc/x", "C:\\x", "a\\..\\b", "c:/x", "./x", "a\nb")) {
            refused(Cards.charx(Cards.v3(), Map.of(path, new byte[] {1})), "leads out of it");
        }
    }

    @Test
    void zip_damaged_isRefusedWithTheReason() {
        byte[] whole = Cards.charx(Cards.v3(), Map.of("a.png", Cards.png()));
        byte[] flipped = whole.clone();
        flipped[60] ^= 0x55;

        refused(Arrays.copyOf(whole, whole.length - 30), "cut off");
        refused(flipped, "ZIP");
        refused(Cards.zip(Map.of("other.json", bytes("{}"))), "no card.json");
        refused(Cards.charx("[1]", Map.of()), "no JSON object");
    }

    @Test
    void charx_isReadWithItsFilesInTheirOrder() {
        var files = new LinkedHashMap<String, byte[]>();
        files.put("assets/icon/images/main.png", Cards.png());
        files.put("module.risum", new byte[] {7});
        files.put("empty", new byte[0]);

        var card = READER.read(Cards.charx(Cards.v3(), files));

        assertThat(card.container()).isEqualTo(Container.CHARX);
        assertThat((JsonNode) card.root()).isEqualTo(json(Cards.v3()));
        assertThat(card.files().keySet()).containsExactlyElementsOf(files.keySet());
    }

    @Test
    void charx_behindAPicture_isRead() {
        byte[] jpeg = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9, 1, 2, 3};

        var card = READER.read(Cards.joined(jpeg, Cards.charx(Cards.v3(), Map.of("a", new byte[] {1}))));

        assertThat(card.container()).isEqualTo(Container.JPEG);
        assertThat(card.picture()).isEqualTo(jpeg);
        assertThat(card.files()).containsOnlyKeys("a");
    }

    /// A TIFF with a comment, as EXIF has it.
    private static byte[] tiff(byte[] comment, ByteOrder order) {
        var tiff = ByteBuffer.allocate(44 + comment.length).order(order);
        tiff.put(latin1(order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM"))
                .putShort((short) 42)
                .putInt(8);
        tiff.putShort((short) 1)
                .putShort((short) 0x8769)
                .putShort((short) 4)
                .putInt(1)
                .putInt(26)
                .putInt(0);
        tiff.putShort((short) 1)
                .putShort((short) 0x9286)
                .putShort((short) 7)
                .putInt(comment.length)
                .putInt(44)
                .putInt(0);
        return tiff.put(comment).array();
    }

    private static byte[] jpeg(byte[] tiff) {
        byte[] length =
                ByteBuffer.allocate(2).putShort((short) (tiff.length + 8)).array();
        return Cards.joined(
                new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe1},
                length,
                latin1("Exif\0\0"),
                tiff,
                new byte[] {(byte) 0xff, (byte) 0xda, 0, 2, 5, (byte) 0xff, (byte) 0xd9});
    }

    private static byte[] webp(byte[] tiff) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(latin1("RIFF\0\0\0\0WEBPVP8 "));
        out.writeBytes(new byte[] {3, 0, 0, 0, 1, 2, 3, 0});
        out.writeBytes(latin1("EXIF"));
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(tiff.length)
                .array());
        out.writeBytes(tiff);
        return out.toByteArray();
    }

    @Test
    void exif_eachWayOfWritingIt_isRead() {
        byte[] card = bytes(Cards.v2());
        var numbers = new StringBuilder();
        for (byte b : card) {
            numbers.append(numbers.isEmpty() ? "" : ",").append(b & 0xff);
        }
        for (byte[] comment : List.of(
                card,
                Cards.joined(latin1("ASCII\0\0\0"), card),
                Cards.joined(latin1("UTF8\0\0\0\0"), card),
                Cards.joined(latin1("UTF8\0\0\0"), card),
                Cards.joined(latin1("ASCII\0\0\0"), Base64.getEncoder().encode(card)),
                latin1(numbers.toString()))) {
            for (var order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                var inJpeg = READER.read(jpeg(tiff(comment, order)));
                assertThat(inJpeg.container()).isEqualTo(Container.JPEG);
                assertThat((JsonNode) inJpeg.root()).isEqualTo(json(Cards.v2()));
                var inWebp = READER.read(webp(tiff(comment, order)));
                assertThat(inWebp.container()).isEqualTo(Container.WEBP);
                assertThat((JsonNode) inWebp.root()).isEqualTo(json(Cards.v2()));
            }
        }
    }

    @Test
    void pictures_withoutACard_areRefused() {
        refused(jpeg(tiff(latin1("just words"), ByteOrder.BIG_ENDIAN)), "no card");
        refused(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xda, 0, 2}, "no card");
        refused(Arrays.copyOf(jpeg(tiff(bytes(Cards.v2()), ByteOrder.BIG_ENDIAN)), 60), "cut off");
        refused(latin1("RIFF\0\0\0\0WEBPVP8 \3\0\0\0abc"), "no card");
    }

    @Test
    void json_withAByteOrderMark_isRead() {
        byte[] marked = Cards.joined(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, bytes(Cards.v1()));
        byte[] wide = Cards.joined(
                new byte[] {(byte) 0xff, (byte) 0xfe},
                Cards.v1().replace('\'', '"').getBytes(StandardCharsets.UTF_16LE));

        assertThat((JsonNode) READER.read(marked).root()).isEqualTo(json(Cards.v1()));
        assertThat((JsonNode) READER.read(wide).root()).isEqualTo(json(Cards.v1()));
    }

    @Test
    void whatIsTooMuch_isRefused() {
        refused(new byte[0], "empty");
        refused(latin1("GIF89a…"), "none that a card comes in");
        refused(new byte[1_000_001], "larger than 1000000 bytes");
        refused(bytes("{'name':'A','description':'" + "x".repeat(600_000) + "'}"), "bytes of JSON");
        refused(bytes("{'name':'A','description':'','x':[" + "0,".repeat(200_000) + "0]}"), "150000 values");
    }

    /// A damaged file gives a card or a reason, and nothing else.
    @Test
    void damaged_inAnyWay_isACardOrARefusal() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var files = List.of(
                bytes(Cards.v2()),
                Cards.png(Cards.cardChunk("chara", Cards.v2()), Cards.cardChunk("ccv3", Cards.v3())),
                Cards.png(Cards.chunk(
                        "zTXt",
                        Cards.joined(
                                latin1("chara\0\0"),
                                Cards.deflated(Base64.getEncoder().encode(bytes(Cards.v2())))))),
                Cards.charx(Cards.v3(), Map.of("assets/icon/images/main.png", Cards.png())),
                jpeg(tiff(bytes(Cards.v2()), ByteOrder.LITTLE_ENDIAN)),
                webp(tiff(bytes(Cards.v2()), ByteOrder.BIG_ENDIAN)));

        for (int round = 0; round < 6_000; round++) {
            byte[] file = files.get(random.nextInt(files.size())).clone();
            int flips = random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(3) == 0) {
                file = Arrays.copyOf(file, random.nextInt(file.length));
            }
            try {
                var read = READER.read(file);
                CardAssets.of(read, CardMapping.read(read).data());
                CardHash.of(read);
            } catch (Refusal refusal) {
                assertThat(refusal.getMessage()).isNotBlank();
            } catch (RuntimeException | Error e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }

    /// An entry with a size that only follows it, as streams are packed.
    @Test
    void zip_withStoredEntries_isRead() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.setLevel(0);
            zip.putNextEntry(new ZipEntry("assets/"));
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("card.json"));
            zip.write(bytes(Cards.v3()));
            zip.closeEntry();
        }

        assertThat((JsonNode) READER.read(out.toByteArray()).root()).isEqualTo(json(Cards.v3()));
    }
}
