package dev.mien.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// An endless row of requests, ready to be sent. Used by one thread at a time.
interface Requests {
    /// Numbers for the greetings of one row of patches.
    long PATCHES = 10_000_000;
    /// How many rows of patches were begun.
    AtomicLong ROWS = new AtomicLong();

    /// Writes the next request into an empty buffer.
    void next(ByteBuffer request);

    /// The same request again and again.
    static Requests always(byte[] request) {
        return buffer -> buffer.put(request);
    }

    static byte[] get(String path, String... headers) {
        var head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return ascii(head.append("\r\n").toString());
    }

    static byte[] post(String path, byte[] json) {
        return joined(head("POST " + path, "application/json", json.length), json);
    }

    static byte[] patch(String path, byte[] json) {
        return joined(head("PATCH " + path, "application/merge-patch+json", json.length), json);
    }

    /// GETs of ids that are chosen evenly.
    static Requests uniform(Ids ids, String... headers) {
        var random = new SplittableRandom(1);
        byte[] before = ascii("GET /api/v1/personas/");
        byte[] after = ascii(" HTTP/1.1\r\nHost: localhost\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n")
                + "\r\n");
        return buffer -> {
            buffer.put(before);
            ids.put(random.nextInt(ids.count()), buffer);
            buffer.put(after);
        };
    }

    /// Merge patches that each write a greeting never written before, to one id after another. Another row of them goes
    /// to the same ids, but with other greetings: else it would find them there and change nothing.
    static Requests patches(Ids ids) {
        byte[] before = ascii("PATCH /api/v1/personas/");
        byte[] body = ascii("{\"greeting\":\"Good morrow, 0123456789.\"}");
        byte[] head = head("", "application/merge-patch+json", body.length);
        byte[] after = joined(head, body);
        int lastDigit = after.length - "0.\"}".length() + 1;
        long first = ROWS.getAndIncrement() * PATCHES;
        var counter = new long[1];
        return buffer -> {
            long number = counter[0]++;
            buffer.put(before);
            ids.put((int) (number % ids.count()), buffer);
            int start = buffer.position();
            buffer.put(after);
            long rest = first + number;
            for (int i = 0; i < 10; i++) {
                buffer.put(start + lastDigit - 1 - i, (byte) ('0' + rest % 10));
                rest /= 10;
            }
        };
    }

    /// `often` most of the time, and `seldom` in `percent` of a hundred.
    static Requests mixed(Requests often, Requests seldom, int percent) {
        var random = new SplittableRandom(2);
        return buffer -> (random.nextInt(100) < percent ? seldom : often).next(buffer);
    }

    private static byte[] head(String methodAndPath, String type, int length) {
        return ascii(methodAndPath + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + length + "\r\n\r\n");
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
