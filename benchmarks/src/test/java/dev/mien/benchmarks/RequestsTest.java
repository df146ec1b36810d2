package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestsTest {
    private static String next(Requests requests) {
        var buffer = ByteBuffer.allocate(1_000);
        requests.next(buffer);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }

    @Test
    void patches_severalRowsOnTheSameIds_neverWriteTheSameTwice() {
        var ids = new Ids();
        ids.addAll(List.of("01a210d0-dcff-782f-86fd-67c1b4d4efdc"));
        var rows = List.of(Requests.patches(ids), Requests.patches(ids));

        var seen = new HashSet<String>();

        for (int i = 0; i < 20; i++) {
            for (var row : rows) {
                assertThat(seen.add(next(row))).isTrue();
            }
        }
        assertThat(seen)
                .allMatch(request -> request.matches("(?s)PATCH .*\\{\"greeting\":\"Good morrow, \\d{10}\\.\"\\}"));
    }
}
