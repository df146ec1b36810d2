package dev.mien.asset;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormatTest {
    @Test
    void of_picture_isKnownByItsBytesWithItsSize() {
        var image = Pictures.picture(30, 20, Color.BLUE);

        assertThat(Format.of(Pictures.encode(image, "png"))).isEqualTo(new Format("image/png", 30, 20));
        assertThat(Format.of(Pictures.encode(image, "jpeg"))).isEqualTo(new Format("image/jpeg", 30, 20));
        assertThat(Format.of(Pictures.encode(image, "gif"))).isEqualTo(new Format("image/gif", 30, 20));
        assertThat(Format.of(Pictures.WEBP_LOSSY)).isEqualTo(new Format("image/webp", 12, 18));
        assertThat(Format.of(Pictures.WEBP_LOSSLESS)).isEqualTo(new Format("image/webp", 12, 18));
        assertThat(Format.of(Pictures.WEBP_ANIMATED)).isEqualTo(new Format("image/webp", 12, 18));
    }

    @Test
    void of_webpWithALargerFrameInside_isAsLargeAsThat() {
        byte[] file = Pictures.WEBP_ANIMATED.clone();
        int frame = new String(file, StandardCharsets.ISO_8859_1).indexOf("VP8L");
        file[frame + 9] = (byte) 0xff;
        file[frame + 10] = (byte) 0x3f; // 16,384 pixels wide

        assertThat(Format.of(file).width()).isEqualTo(16_384);
    }

    @Test
    void of_whatCanCarryAProgram_isNoPicture() {
        for (String text :
                new String[] {"<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "%PDF-1.7", "", "GIF"}) {
            assertThat(Format.of(text.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(new Format("application/octet-stream", 0, 0));
        }
    }

    @Test
    void of_soundsAndFonts_isKnown() {
        assertThat(Format.of("OggS....".getBytes(StandardCharsets.ISO_8859_1)).type())
                .isEqualTo("audio/ogg");
        assertThat(Format.of("RIFF....WAVEfmt ".getBytes(StandardCharsets.ISO_8859_1))
                        .type())
                .isEqualTo("audio/wav");
        assertThat(Format.of("wOF2".getBytes(StandardCharsets.ISO_8859_1)).type())
                .isEqualTo("font/woff2");
        assertThat(Format.of("ID3".getBytes(StandardCharsets.ISO_8859_1)).isPicture())
                .isFalse();
    }

    /// Whatever is cut off or damaged, looking at it ends, and without an exception.
    @Test
    void of_damagedFile_ends() {
        long seed = 7;
        var random = new Random(seed);
        byte[][] files = {
            Pictures.png(9, 9),
            Pictures.encode(Pictures.picture(9, 9, Color.RED), "jpeg"),
            Pictures.encode(Pictures.picture(9, 9, Color.RED), "gif"),
            Pictures.WEBP_LOSSY,
            Pictures.WEBP_ANIMATED
        };

        for (int i = 0; i < 20_000; i++) {
            byte[] file = files[random.nextInt(files.length)];
            byte[] damaged = Arrays.copyOf(file, random.nextInt(file.length + 1));
            for (int hits = random.nextInt(4); hits > 0 && damaged.length > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertThat(Format.of(damaged)).as("seed %d, file %d", seed, i).isNotNull();
            assertThat(Orientation.of(damaged)).isBetween(1, 8);
        }
    }
}
