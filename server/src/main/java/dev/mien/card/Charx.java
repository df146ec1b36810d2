package dev.mien.card;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// A ZIP with a card and its files (CHARX), read and written in memory. Nothing is ever unpacked to a disk.
final class Charx {
    static final String CARD = "card.json";
    private static final int MOST_ENTRIES = 10_000;
    /// The end of the central directory (APPNOTE.TXT 4.3.16), without the comment that may follow.
    private static final int END = 22;

    private static final int MOST_COMMENT = 65_535;
    /// The same for all, so that the same card gives the same file.
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Charx() {}

    static boolean isZip(byte[] bytes, int from) {
        return bytes.length - from >= 4
                && bytes[from] == 'P'
                && bytes[from + 1] == 'K'
                && bytes[from + 2] == 3
                && bytes[from + 3] == 4;
    }

    /// Where a ZIP begins that was appended to another file; -1 where there is none.
    static int appendedTo(byte[] bytes) {
        int directory = end(bytes);
        for (int i = 0; directory > 0 && i + 4 <= directory; i++) {
            if (isZip(bytes, i)) {
                return i;
            }
        }
        return -1;
    }

    /// Its files in their order, by their paths.
    ///
    /// @param from where it begins
    static SequencedMap<String, byte[]> read(byte[] bytes, int from, Inflation inflation) {
        int end = end(bytes);
        if (end < from) {
            throw new Refusal("The ZIP is cut off: the directory at its end is missing.");
        }
        int announced = (bytes[end + 10] & 0xff) | (bytes[end + 11] & 0xff) << 8;
        var files = new LinkedHashMap<String, byte[]>();
        int entries = 0;
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes, from, end - from), StandardCharsets.UTF_8)) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String path = entry.getName();
                requireSafe(path);
                if (++entries > MOST_ENTRIES) {
                    throw new Refusal("The ZIP has more than " + MOST_ENTRIES + " entries.");
                }
                if (!entry.isDirectory()) {
                    long most = entry.getCompressedSize();
                    byte[] content = inflation.read(zip, "The ZIP's " + path, most < 0 ? end - (long) from : most);
                    if (files.put(path, content) != null) {
                        throw new Refusal("The ZIP has " + path + " twice.");
                    }
                }
            }
        } catch (EOFException e) {
            throw new Refusal("The ZIP is cut off or damaged: one of its entries ends early.");
        } catch (ZipException e) {
            throw new Refusal("The ZIP cannot be read: " + e.getMessage() + ".");
        } catch (IllegalArgumentException e) {
            throw new Refusal("The ZIP has a path that is no text.");
        } catch (IOException e) {
            throw new Refusal("The ZIP is damaged: " + e.getMessage() + ".");
        }
        if (announced != 0xffff && entries != announced) {
            throw new Refusal(
                    "The ZIP is damaged: its directory lists " + announced + " entries, and it has " + entries + ".");
        }
        return files;
    }

    /// Where the end of the central directory stands; -1 where there is none.
    private static int end(byte[] bytes) {
        int first = Math.max(0, bytes.length - END - MOST_COMMENT);
        for (int i = bytes.length - END; i >= first; i--) {
            if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 5 && bytes[i + 3] == 6) {
                return i;
            }
        }
        return -1;
    }

    /// Such a path could write over a stranger's file, in a program that unpacks what it is given.
    private static void requireSafe(String path) {
        boolean safe = !path.isEmpty()
                && path.length() <= 1_000
                && !path.startsWith("/")
                && !path.contains("\\")
                && !path.matches("[A-Za-z]:.*")
                && path.chars().noneMatch(Character::isISOControl);
        for (String part : path.split("/", -1)) {
            safe &= !part.equals("..") && !part.equals(".");
        }
        if (!safe) {
            throw new Refusal("The ZIP has an entry whose path leads out of it: "
                    + path.codePoints()
                            .limit(100)
                            .map(c -> Character.isISOControl(c) ? '?' : c)
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    + ".");
        }
    }

    /// @param files by their paths, in the order in which they are written
    static byte[] write(Map<String, byte[]> files) {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
            for (var file : files.entrySet()) {
                var entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new IllegalStateException("nothing is written but memory", e);
        }
        return out.toByteArray();
    }
}
