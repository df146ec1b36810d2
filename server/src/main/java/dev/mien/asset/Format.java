package dev.mien.asset;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a file is, as its own first bytes say. What it is called and what a client says of it do not count.
///
/// @param type a media type; `application/octet-stream` for what is not known here
/// @param width of a picture in pixels, the largest of its parts; 0 where it is none or does not say so
/// @param height as the width
public record Format(String type, int width, int height) {
    static final String PNG = "image/png";
    static final String JPEG = "image/jpeg";
    static final String GIF = "image/gif";
    static final String WEBP = "image/webp";
    /// The pictures that browsers show and that cannot carry a program. SVG is none of them.
    private static final List<String> PICTURES = List.of(PNG, JPEG, GIF, WEBP);

    /// Whether it is a picture that is shown, and not a file to be saved.
    public boolean isPicture() {
        return PICTURES.contains(type);
    }

    public long pixels() {
        return (long) width * height;
    }

    /// Looks at a file. Reads no more of it than its headers, and takes none of them at their word further than to
    /// compare numbers.
    public static Format of(byte[] bytes) {
        var in = new Reading(bytes);
        if (in.has(0, "\u0089PNG\r\n\u001a\n")) {
            return in.has(12, "IHDR") ? picture(PNG, in.big32(16), in.big32(20)) : picture(PNG, 0, 0);
        } else if (in.has(0, "\u00ff\u00d8\u00ff")) {
            return jpeg(in);
        } else if (in.has(0, "GIF87a") || in.has(0, "GIF89a")) {
            return picture(GIF, in.little16(6), in.little16(8));
        } else if (in.has(0, "RIFF") && in.has(8, "WEBP")) {
            return webp(in);
        }
        return new Format(other(in), 0, 0);
    }

    private static Format picture(String type, long width, long height) {
        boolean said = width > 0 && height > 0 && width <= Integer.MAX_VALUE && height <= Integer.MAX_VALUE;
        return new Format(type, said ? (int) width : 0, said ? (int) height : 0);
    }

    private static Format jpeg(Reading in) {
        int frame = jpegFrame(in);
        return frame < 0 ? picture(JPEG, 0, 0) : picture(JPEG, in.big16(frame + 7), in.big16(frame + 5));
    }

    /// Whether it is a JPEG that comes in several passes (ITU-T T.81 G).
    static boolean isProgressiveJpeg(byte[] bytes) {
        var in = new Reading(bytes);
        int frame = in.has(0, "\u00ff\u00d8\u00ff") ? jpegFrame(in) : -1;
        return frame >= 0 && in.at(frame + 1) != 0xc0 && in.at(frame + 1) != 0xc1;
    }

    /// Goes from marker to marker to the frame's header (ITU-T T.81 B.2.2); -1 where there is none.
    private static int jpegFrame(Reading in) {
        int at = 2;
        while (in.at(at) == 0xff) {
            int marker = in.at(at + 1);
            boolean isFrame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (isFrame) {
                return at;
            }
            if (marker == 0xda || marker == 0xd9) {
                break;
            }
            at += marker == 0xff ? 1 : 2 + Math.max(in.big16(at + 2), 2);
        }
        return -1;
    }

    /// The largest of the canvas and the frames: each of them may be what a decoder makes room for.
    private static Format webp(Reading in) {
        long[] largest = new long[2];
        webpChunks(in, 12, in.length(), largest);
        return picture(WEBP, largest[0], largest[1]);
    }

    private static void webpChunks(Reading in, int from, int end, long[] largest) {
        int at = from;
        while (at >= 0 && at + 8 <= end) {
            int data = at + 8;
            long size = in.little32(at + 4);
            if (in.has(at, "VP8X")) {
                enlarge(largest, 1 + in.little24(data + 4), 1 + in.little24(data + 7));
            } else if (in.has(at, "VP8 ") && in.has(data + 3, "\u009d\u0001*")) {
                enlarge(largest, in.little16(data + 6) & 0x3fff, in.little16(data + 8) & 0x3fff);
            } else if (in.has(at, "VP8L")) {
                long bits = in.little32(data + 1);
                enlarge(largest, 1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff));
            } else if (in.has(at, "ANMF")) {
                enlarge(largest, 1 + in.little24(data + 6), 1 + in.little24(data + 9));
                webpChunks(in, data + 16, (int) Math.min(end, data + size), largest);
            }
            long next = data + size + (size & 1);
            at = next > end ? -1 : (int) next;
        }
    }

    private static void enlarge(long[] largest, long width, long height) {
        largest[0] = Math.max(largest[0], width);
        largest[1] = Math.max(largest[1], height);
    }

    private static String other(Reading in) {
        if (in.has(0, "ID3") || (in.at(0) == 0xff && (in.at(1) & 0xe6) == 0xe2)) {
            return "audio/mpeg";
        } else if (in.has(0, "OggS")) {
            return "audio/ogg";
        } else if (in.has(0, "fLaC")) {
            return "audio/flac";
        } else if (in.has(0, "RIFF") && in.has(8, "WAVE")) {
            return "audio/wav";
        } else if (in.has(0, "\u0000\u0001\u0000\u0000")) {
            return "font/ttf";
        } else if (in.has(0, "OTTO")) {
            return "font/otf";
        } else if (in.has(0, "wOFF")) {
            return "font/woff";
        } else if (in.has(0, "wOF2")) {
            return "font/woff2";
        } else if (in.has(4, "ftypavif")) {
            return "image/avif";
        } else if (in.has(4, "ftyp")) {
            return "video/mp4";
        } else if (in.has(0, "\u001aE\u00df\u00a3")) {
            return "video/webm";
        }
        return "application/octet-stream";
    }

    /// Bytes and numbers of a file; what is behind its end is 0.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Reading(byte[] bytes) {
        int length() {
            return bytes.length;
        }

        int at(int position) {
            return position >= 0 && position < bytes.length ? bytes[position] & 0xff : 0;
        }

        boolean has(int position, String latin1) {
            byte[] wanted = latin1.getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < wanted.length; i++) {
                if (position + i >= bytes.length || bytes[position + i] != wanted[i]) {
                    return false;
                }
            }
            return true;
        }

        int big16(int position) {
            return at(position) << 8 | at(position + 1);
        }

        long big32(int position) {
            return (long) big16(position) << 16 | big16(position + 2);
        }

        int little16(int position) {
            return at(position) | at(position + 1) << 8;
        }

        long little24(int position) {
            return little16(position) | (long) at(position + 2) << 16;
        }

        long little32(int position) {
            return little16(position) | (long) little16(position + 2) << 16;
        }
    }
}
