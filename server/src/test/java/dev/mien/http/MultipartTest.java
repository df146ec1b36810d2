package dev.mien.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultipartTest {
    private static final String TYPE = "multipart/form-data; boundary=";

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] body(String boundary, byte[]... contents) {
        var out = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            out.writeBytes(
                    latin1("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.png\""
                            + "\r\nContent-Type: image/png\r\n\r\n"));
            out.writeBytes(content);
            out.writeBytes(latin1("\r\n"));
        }
        out.writeBytes(latin1("--" + boundary + "--\r\n"));
        return out.toByteArray();
    }

    /// Gives a few bytes at a time, as a connection may.
    private static InputStream slowly(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int from, int length) {
                return super.read(to, from, Math.min(length, 1 + random.nextInt(7)));
            }
        };
    }

    @Test
    void parts_whateverTheyHold_areReadAsTheyAre() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            byte[][] contents = new byte[1 + random.nextInt(3)][];
            for (int i = 0; i < contents.length; i++) {
                // Much of what looks like a boundary.
                var content = new StringBuilder();
                for (int n = random.nextInt(12); n > 0; n--) {
                    content.append(new String[] {"\r", "\n", "\r\n", "-", "--", "b", "\r\n--b", "\r\n--bb", "x"}
                            [random.nextInt(9)]);
                }
                contents[i] = latin1(content.toString().replace("\r\n--bbb", "y"));
            }
            try (var parts = new Multipart(TYPE + "bbb", slowly(body("bbb", contents), random))) {
                for (byte[] content : contents) {
                    var part = parts.next(1_000);
                    assertThat(part).isNotNull();
                    assertThat(part.content())
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(content);
                    assertThat(part.name()).isEqualTo("file");
                    assertThat(part.fileName()).isEqualTo("a b.png");
                }
                assertThat(parts.next(1_000)).isNull();
            }
        }
    }

    @Test
    void part_largerThanAllowed_isPassedOver() {
        byte[] large = new byte[200_000];
        Arrays.fill(large, (byte) 'x');
        var parts = new Multipart(TYPE + "\"b b\"", new ByteArrayInputStream(body("b b", large, latin1("small"))));

        assertThat(parts.next(199_999).content()).isNull();
        assertThat(parts.next(5).content()).isEqualTo(latin1("small"));
        assertThat(new Multipart(TYPE + "b", new ByteArrayInputStream(body("b", large)))
                        .next(200_000)
                        .content())
                .hasSize(200_000);
    }

    @Test
    void body_cutOffAnywhere_isRefused() {
        byte[] whole = body("b", latin1("one"), latin1("two"));
        for (int length = 0; length < whole.length - 3; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> {
                        var parts = new Multipart(TYPE + "b", new ByteArrayInputStream(cut));
                        while (parts.next(100) != null) {
                            // Up to where it is cut off.
                        }
                    })
                    .as("cut after %d", length)
                    .isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void body_ofAnotherType_isRefused() {
        for (String type :
                new String[] {"", "application/json", "multipart/form-data", "multipart/mixed; boundary=b"}) {
            assertThatThrownBy(() -> new Multipart(type, InputStream.nullInputStream()))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("multipart/form-data");
        }
    }
}
