package dev.mien.card;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The comment in a picture's EXIF (CIPA DC-008, tag 0x9286), where some programs put a card.
final class Exif {
    private static final int USER_COMMENT = 0x9286;
    private static final int EXIF_DIRECTORY = 0x8769;
    private static final int MOST_FIELDS = 1_000;

    private Exif() {}

    static boolean isJpeg(byte[] bytes) {
        return bytes.length > 3 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xd8 && bytes[2] == (byte) 0xff;
    }

    static boolean isWebp(byte[] bytes) {
        return bytes.length >= 12
                && ascii(bytes, 0, 4).equals("RIFF")
                && ascii(bytes, 8, 4).equals("WEBP");
    }

    private static String ascii(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }

    /// The comment's text in UTF-8; null where there is none.
    ///
    /// @throws Refusal if the picture is cut off in front of it
    static byte @Nullable [] userComment(byte[] bytes) {
        try {
            byte[] tiff = isJpeg(bytes) ? ofJpeg(bytes) : ofWebp(bytes);
            byte[] comment = tiff == null ? null : comment(ByteBuffer.wrap(tiff));
            return comment == null ? null : text(comment);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new Refusal("The picture is cut off or damaged: its EXIF data end early.");
        }
    }

    /// Goes from segment to segment up to the picture itself (ITU-T T.81 B.1.1).
    private static byte @Nullable [] ofJpeg(byte[] bytes) {
        int at = 2;
        while (at + 4 <= bytes.length) {
            if (bytes[at] != (byte) 0xff) {
                throw new Refusal("The JPEG is damaged: what stands at byte " + at + " is no segment.");
            }
            int marker = bytes[at + 1] & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            if (marker == 0xda || marker == 0xd9) {
                return null;
            }
            int length = (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff);
            if (length < 2 || at + 2 + length > bytes.length) {
                throw new Refusal(
                        "The JPEG is cut off: a segment at byte " + at + " should be " + length + " bytes long.");
            }
            if (marker == 0xe1 && length >= 8 && ascii(bytes, at + 4, 6).equals("Exif\0\0")) {
                return Arrays.copyOfRange(bytes, at + 10, at + 2 + length);
            }
            at += 2 + length;
        }
        throw new Refusal("The JPEG is cut off: it ends before its picture begins.");
    }

    private static byte @Nullable [] ofWebp(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (at + 8 <= bytes.length) {
            long length = Integer.toUnsignedLong(in.getInt(at + 4));
            if (length > bytes.length - at - 8L) {
                throw new Refusal("The WebP is cut off: its chunk "
                        + ascii(bytes, at, 4).replaceAll("[^ -~]", "?") + " should be " + length + " bytes long.");
            }
            if (ascii(bytes, at, 4).equals("EXIF")) {
                byte[] tiff = Arrays.copyOfRange(bytes, at + 8, at + 8 + (int) length);
                boolean prefixed = tiff.length > 6 && ascii(tiff, 0, 6).equals("Exif\0\0");
                return prefixed ? Arrays.copyOfRange(tiff, 6, tiff.length) : tiff;
            }
            at += 8 + (int) (length + (length & 1));
        }
        return null;
    }

    /// TIFF 6.0, §2: two directories of fields, the second named by the first.
    private static byte @Nullable [] comment(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return null;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int field = field(tiff, directory, USER_COMMENT);
        if (field < 0) {
            int exif = field(tiff, directory, EXIF_DIRECTORY);
            field = exif < 0 ? -1 : field(tiff, tiff.getInt(exif + 8), USER_COMMENT);
        }
        if (field < 0) {
            return null;
        }
        int count = tiff.getInt(field + 4);
        byte[] comment = new byte[Math.clamp(count, 0, tiff.limit())];
        tiff.get(count <= 4 ? field + 8 : tiff.getInt(field + 8), comment);
        return comment;
    }

    /// Where a field of a directory stands; -1 where it has none.
    private static int field(ByteBuffer tiff, int directory, int tag) {
        int fields = Math.min(Short.toUnsignedInt(tiff.getShort(directory)), MOST_FIELDS);
        for (int i = 0; i < fields; i++) {
            int at = directory + 2 + i * 12;
            if (Short.toUnsignedInt(tiff.getShort(at)) == tag) {
                return at;
            }
        }
        return -1;
    }

    /// Without the eight bytes that may name its encoding, and with byte values written as numbers made bytes.
    private static byte[] text(byte[] comment) {
        byte[] text = comment;
        if (text.length >= 8) {
            String encoding = ascii(text, 0, 8);
            if (encoding.equals("UNICODE\0")) {
                boolean little = text.length > 9 && text[8] != 0;
                return new String(
                                text,
                                8,
                                text.length - 8,
                                little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE)
                        .getBytes(StandardCharsets.UTF_8);
            }
            if (encoding.equals("ASCII\0\0\0") || encoding.equals("\0\0\0\0\0\0\0\0")) {
                text = Arrays.copyOfRange(text, 8, text.length);
            } else if (encoding.startsWith("UTF8\0\0\0")) {
                // Some write one zero less.
                text = Arrays.copyOfRange(text, text[7] == 0 ? 8 : 7, text.length);
            }
        }
        int end = text.length;
        while (end > 0 && text[end - 1] == 0) {
            end--;
        }
        text = Arrays.copyOf(text, end);
        String numbers = ascii(text, 0, text.length);
        if (numbers.indexOf(',') < 0
                || !numbers.chars().allMatch(c -> c == ',' || c == ' ' || (c >= '0' && c <= '9'))) {
            return text;
        }
        var bytes = new ByteArrayOutputStream();
        for (String number : numbers.split(",", -1)) {
            bytes.write(Integer.parseInt(number.strip()));
        }
        return bytes.toByteArray();
    }
}
