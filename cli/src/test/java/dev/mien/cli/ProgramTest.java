package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final List<String> OURS = List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

    @Test
    void jvmFlags_nothingWanted_areOurs() {
        assertThat(Program.jvmFlags(OURS, " ")).isEqualTo(OURS);
    }

    @Test
    void jvmFlags_wanted_comeLastAndSoWin() {
        assertThat(Program.jvmFlags(OURS, " -Xmx1g  -Da=b "))
                .containsExactly("-Xmx64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Xmx1g", "-Da=b");
    }

    @Test
    void jvmFlags_anotherCollector_takesThePlaceOfOurs() {
        assertThat(Program.jvmFlags(OURS, "-XX:+UseG1GC"))
                .containsExactly("-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseG1GC");
    }
}
