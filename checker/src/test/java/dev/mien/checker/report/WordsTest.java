package dev.mien.checker.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void duration_anyLength_hasThreeDigitsAndItsUnit() {
        assertThat(Words.duration(0)).isEqualTo("0 ns");
        assertThat(Words.duration(999)).isEqualTo("999 ns");
        assertThat(Words.duration(1_000)).isEqualTo("1 µs");
        assertThat(Words.duration(45_040)).isEqualTo("45 µs");
        assertThat(Words.duration(1_234_567)).isEqualTo("1.23 ms");
        assertThat(Words.duration(300_000_000)).isEqualTo("300 ms");
        assertThat(Words.duration(100_000_000_000L)).isEqualTo("100 s");
        assertThat(Words.duration(3_600_000_000_000L)).isEqualTo("3,600 s");
    }

    @Test
    void share_nearlyNoneOrNearlyAll_doesNotRoundToEither() {
        assertThat(Words.share(0, 10_000)).isEqualTo("0.0 %");
        assertThat(Words.share(1, 10_000)).isEqualTo("under 0.1 %");
        assertThat(Words.share(1_234, 10_000)).isEqualTo("12.3 %");
        assertThat(Words.share(9_999, 10_000)).isEqualTo("over 99.9 %");
        assertThat(Words.share(10_000, 10_000)).isEqualTo("100.0 %");
        assertThat(Words.share(0, 0)).isEmpty();
    }
}
