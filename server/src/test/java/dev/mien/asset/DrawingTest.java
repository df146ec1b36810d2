package dev.mien.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DrawingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static BufferedImage drawn(byte[] file, int size) throws UndrawableException {
        return Pictures.decode(Drawing.draw(file, size, PATIENCE).bytes());
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 1500, 128, 128, 192",
        "1500, 1000, 128, 192, 128",
        "100, 60, 128, 100, 60",
        "4000, 100, 64, 256, 6",
        "1, 1, 64, 1, 1",
        "3000, 2000, 512, 768, 512"
    })
    void draw_picture_coversASquareOfTheSizeAndIsNeverEnlarged(int width, int height, int size, int w, int h)
            throws UndrawableException {
        var small = drawn(Pictures.png(width, height), size);

        assertThat(small.getWidth()).isEqualTo(w);
        assertThat(small.getHeight()).isEqualTo(h);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif"})
    void draw_eachFormat_looksTheSame(String format) throws UndrawableException {
        var small = drawn(Pictures.encode(Pictures.picture(300, 300, new Color(200, 100, 50)), format), 64);

        var below = new Color(small.getRGB(32, 50));
        assertThat(below.getRed()).isBetween(190, 210);
        assertThat(below.getGreen()).isBetween(90, 110);
        assertThat(new Color(small.getRGB(32, 10)).getRed()).isBetween(130, 150);
    }

    @Test
    void draw_transparentPicture_staysTransparent() throws UndrawableException {
        byte[] file = Pictures.encode(Pictures.picture(300, 300, new Color(10, 20, 30, 100)), "png");

        var thumbnail = Drawing.draw(file, 64, PATIENCE);

        assertThat(thumbnail.type()).isEqualTo("image/png");
        assertThat(new Color(Pictures.decode(thumbnail.bytes()).getRGB(32, 50), true).getAlpha())
                .isBetween(90, 110);
    }

    @Test
    void draw_webp_isDrawn_animatedByItsFirstFrame() throws UndrawableException {
        assertThat(new Color(drawn(Pictures.WEBP_LOSSY, 64).getRGB(6, 9)).getRed())
                .isGreaterThan(180);
        assertThat(new Color(drawn(Pictures.WEBP_LOSSLESS, 64).getRGB(6, 9), true).getAlpha())
                .isBetween(120, 136);
        assertThat(new Color(drawn(Pictures.WEBP_ANIMATED, 64).getRGB(6, 9)).getRed())
                .isLessThan(60);
    }

    @Test
    void draw_photographOnItsSide_isPutUpright() throws UndrawableException {
        byte[] jpeg = Pictures.encode(Pictures.picture(120, 80, new Color(240, 240, 240)), "jpeg");

        var small = drawn(Pictures.turned(jpeg, 6), 64);

        // Turned to the right: what was above, the dark half, is on the right.
        assertThat(small.getWidth()).isEqualTo(64);
        assertThat(small.getHeight()).isEqualTo(96);
        assertThat(new Color(small.getRGB(55, 48)).getRed()).isLessThan(190);
        assertThat(new Color(small.getRGB(8, 48)).getRed()).isGreaterThan(220);
    }

    /// The file is small and well-formed, and unpacks to billions of pixels.
    @ParameterizedTest
    @CsvSource({"60000, 60000, 200", "60000000, 1, 1", "30000, 30000, 30000"})
    void draw_bomb_isRefusedBeforeAnythingIsDecoded(int width, int height, int rows) {
        byte[] bomb = Pictures.announcing(width, height, rows);
        assertThat(bomb.length).isLessThan(250_000);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();

        assertThatThrownBy(() -> Drawing.draw(bomb, 128, PATIENCE))
                .isInstanceOf(UndrawableException.class)
                .hasMessageContaining(width + " × " + height);

        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    }

    /// Within the limits: what is kept of it is bounded, since pixels are left out while it is read.
    @Test
    void draw_largePicture_takesBoundedMemory() throws UndrawableException {
        byte[] large = Pictures.announcing(8_000, 7_900, 7_900);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();

        var small = drawn(large, 128);

        assertThat(small.getHeight()).isEqualTo(128);
        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(24_000_000);
    }

    @Test
    void draw_damagedFile_saysSo() {
        byte[] cut = Arrays.copyOf(Pictures.png(300, 300), 60);

        assertThatThrownBy(() -> Drawing.draw(cut, 64, PATIENCE)).isInstanceOf(UndrawableException.class);
        assertThatThrownBy(() -> Drawing.draw(new byte[] {1, 2, 3}, 64, PATIENCE))
                .isInstanceOf(UndrawableException.class)
                .hasMessageContaining("no picture");
    }

    @Test
    void draw_withoutTime_isGivenUp() {
        assertThatThrownBy(() -> Drawing.draw(Pictures.png(2000, 2000), 64, Duration.ZERO))
                .isInstanceOf(UndrawableException.class)
                .hasMessageContaining("too long");
    }
}
