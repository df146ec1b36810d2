package dev.mien.card;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/// A PNG or APNG as its chunks (PNG, third edition, §5). The picture itself is never decoded: what is taken out and put
/// in are whole chunks, and all others stay byte for byte.
final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int MOST_CHUNKS = 100_000;
    private static final int MOST_KEYWORD = 79;
    /// Length, type and CRC of a chunk.
    private static final int AROUND = 12;

    private final byte[] bytes;
    private final List<Chunk> chunks;
    private final int end;

    /// One chunk, whole, in the bytes of its file.
    ///
    /// @param from where its length stands
    /// @param length of its data
    private record Chunk(String type, int from, int length) {
        int dataFrom() {
            return from + 8;
        }

        int to() {
            return from + AROUND + length;
        }
    }

    /// A text that a chunk carries.
    ///
    /// @param keyword as it is written
    /// @param bytes the text, unpacked
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Text(String keyword, byte[] bytes) {
        String latin1() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private Png(byte[] bytes, List<Chunk> chunks, int end) {
        this.bytes = bytes;
        this.chunks = chunks;
        this.end = end;
    }

    static boolean isPng(byte[] bytes) {
        return bytes.length >= SIGNATURE.length
                && Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /// @throws Refusal if it is cut off, or a chunk is not as its checksum says
    static Png read(byte[] bytes) {
        var chunks = new ArrayList<Chunk>();
        int at = SIGNATURE.length;
        String type = "";
        while (!type.equals("IEND")) {
            if (bytes.length - at < AROUND) {
                throw new Refusal(
                        "The PNG is cut off: it ends after " + bytes.length + " bytes without its last chunk, IEND.");
            }
            long length = Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt(at));
            type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (!isType(type)) {
                throw new Refusal("The PNG is damaged: what stands at byte " + at + " is no chunk.");
            }
            if (length > bytes.length - at - AROUND) {
                throw new Refusal("The PNG is cut off: its chunk " + type + " at byte " + at + " should be " + length
                        + " bytes long, and only " + (bytes.length - at - AROUND) + " follow.");
            }
            var chunk = new Chunk(type, at, (int) length);
            var crc = new CRC32();
            crc.update(bytes, at + 4, 4 + chunk.length());
            if ((int) crc.getValue() != ByteBuffer.wrap(bytes).getInt(chunk.to() - 4)) {
                throw new Refusal("The PNG is damaged: the checksum (CRC) of its chunk " + type + " at byte " + at
                        + " is wrong.");
            }
            if (chunks.isEmpty() && !type.equals("IHDR")) {
                throw new Refusal("The PNG is damaged: it begins with the chunk " + type + " and not with IHDR.");
            }
            chunks.add(chunk);
            if (chunks.size() > MOST_CHUNKS) {
                throw new Refusal("The PNG has more than " + MOST_CHUNKS + " chunks.");
            }
            at = chunk.to();
        }
        return new Png(bytes, chunks, at);
    }

    private static boolean isType(String type) {
        return type.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
    }

    /// Whether it moves.
    boolean isAnimated() {
        return chunks.stream().anyMatch(chunk -> chunk.type().equals("acTL"));
    }

    /// The last text whose keyword is this one, without regard to case. Of several, writers mean the one they added.
    @Nullable Text text(String keyword, Inflation inflation) {
        var found = texts(name -> name.equals(keyword), inflation);
        return found.isEmpty() ? null : found.getLast();
    }

    /// The texts with such keywords.
    ///
    /// @param wanted asked with keywords in lower case
    List<Text> texts(Predicate<String> wanted, Inflation inflation) {
        var texts = new ArrayList<Text>();
        for (var chunk : chunks) {
            String keyword = keyword(chunk);
            if (keyword != null && wanted.test(keyword.toLowerCase(Locale.ROOT))) {
                texts.add(new Text(keyword, content(chunk, keyword, inflation)));
            }
        }
        return texts;
    }

    /// Whether there is a text with exactly this keyword.
    boolean hasText(String keyword) {
        return chunks.stream().anyMatch(chunk -> keyword.equals(keyword(chunk)));
    }

    /// The keyword of a chunk that carries a text; null for other chunks.
    private @Nullable String keyword(Chunk chunk) {
        if (!chunk.type().equals("tEXt")
                && !chunk.type().equals("zTXt")
                && !chunk.type().equals("iTXt")) {
            return null;
        }
        int zero = zero(chunk.dataFrom(), chunk);
        return zero < 0
                ? null
                : new String(bytes, chunk.dataFrom(), zero - chunk.dataFrom(), StandardCharsets.ISO_8859_1);
    }

    /// The next zero byte in a chunk's data; -1 where there is none.
    private int zero(int from, Chunk chunk) {
        for (int i = from; i < chunk.to() - 4; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    private byte[] content(Chunk chunk, String keyword, Inflation inflation) {
        int at = chunk.dataFrom() + keyword.length() + 1;
        int to = chunk.to() - 4;
        boolean compressed = false;
        if (chunk.type().equals("zTXt")) {
            compressed = true;
            at += 1;
        } else if (chunk.type().equals("iTXt")) {
            compressed = at < to && bytes[at] == 1;
            int language = zero(at + 2, chunk);
            int translated = language < 0 ? -1 : zero(language + 1, chunk);
            at = translated + 1;
            if (translated < 0) {
                throw new Refusal("The PNG's chunk iTXt \"" + keyword + "\" is not one.");
            }
        }
        if (at > to) {
            throw new Refusal("The PNG's chunk " + chunk.type() + " \"" + keyword + "\" is empty.");
        }
        if (!compressed) {
            return Arrays.copyOfRange(bytes, at, to);
        }
        try (var in = new InflaterInputStream(new ByteArrayInputStream(bytes, at, to - at))) {
            return inflation.read(in, "The PNG's chunk " + chunk.type() + " \"" + keyword + "\"", to - (long) at);
        } catch (IOException e) {
            throw new Refusal("The PNG's chunk " + chunk.type() + " \"" + keyword + "\" cannot be unpacked.");
        }
    }

    /// The file without the texts that have such keywords. The same bytes where there are none.
    ///
    /// @param unwanted asked with keywords in lower case
    byte[] without(Predicate<String> unwanted) {
        return with(unwanted, List.of());
    }

    /// The file without some texts, and with others in new chunks before the end.
    ///
    /// @param texts ASCII, as base64 is
    byte[] with(Predicate<String> unwanted, List<Text> texts) {
        var out = new ByteArrayOutputStream(bytes.length);
        out.write(bytes, 0, SIGNATURE.length);
        for (var chunk : chunks) {
            if (chunk.type().equals("IEND")) {
                texts.forEach(text -> writeText(out, text));
            }
            String keyword = keyword(chunk);
            if (keyword == null || !unwanted.test(keyword.toLowerCase(Locale.ROOT))) {
                out.write(bytes, chunk.from(), AROUND + chunk.length());
            }
        }
        // What stands behind the end of a PNG is no part of it, and is kept all the same.
        out.write(bytes, end, bytes.length - end);
        return out.toByteArray();
    }

    /// Whether a text can have this keyword.
    static boolean isKeyword(String keyword) {
        return !keyword.isEmpty()
                && keyword.length() <= MOST_KEYWORD
                && keyword.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static void writeText(ByteArrayOutputStream out, Text text) {
        byte[] keyword = text.keyword().getBytes(StandardCharsets.ISO_8859_1);
        byte[] data = new byte[keyword.length + 1 + text.bytes().length];
        System.arraycopy(keyword, 0, data, 0, keyword.length);
        System.arraycopy(text.bytes(), 0, data, keyword.length + 1, text.bytes().length);
        writeChunk(out, "tEXt", data);
    }

    private static void writeChunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /// A picture of one colour, for a card without one.
    static byte[] plain(int width, int height, int rgb) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        // One bit for each pixel, which is the only colour of a palette.
        writeChunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) 1)
                        .put((byte) 3)
                        .array());
        writeChunk(out, "PLTE", new byte[] {(byte) (rgb >> 16), (byte) (rgb >> 8), (byte) rgb});
        var deflated = new ByteArrayOutputStream();
        try (var deflater = new java.util.zip.DeflaterOutputStream(deflated)) {
            deflater.write(new byte[(1 + (width + 7) / 8) * height]);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is written but memory", e);
        }
        writeChunk(out, "IDAT", deflated.toByteArray());
        writeChunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }
}
