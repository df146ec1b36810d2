package dev.mien.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The ids of documents that were created, as the bytes that they are sent as: a million take 36 MB.
final class Ids {
    private static final int LENGTH = 36;

    private byte[] bytes = new byte[LENGTH * 1024];
    private int count;

    void addAll(List<String> ids) {
        for (String id : ids) {
            if ((count + 1) * LENGTH > bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            System.arraycopy(id.getBytes(StandardCharsets.US_ASCII), 0, bytes, count * LENGTH, LENGTH);
            count++;
        }
    }

    int count() {
        return count;
    }

    /// The first `most` of them, as they are now.
    Ids first(int most) {
        var some = new Ids();
        some.count = Math.min(most, count);
        some.bytes = Arrays.copyOf(bytes, some.count * LENGTH);
        return some;
    }

    void put(int index, ByteBuffer buffer) {
        buffer.put(bytes, index * LENGTH, LENGTH);
    }

    String get(int index) {
        return new String(bytes, index * LENGTH, LENGTH, StandardCharsets.US_ASCII);
    }
}
