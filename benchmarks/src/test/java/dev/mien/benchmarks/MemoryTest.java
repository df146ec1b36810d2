package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @Test
    void residentBytes_status_isReadInKibibytes() {
        String status =
                "Name:\tjava\nVmPeak:\t  999999 kB\nVmHWM:\t   88888 kB\nVmRSS:\t  123456 kB\nRssAnon:\t  1 kB\n";

        assertThat(Memory.residentBytes(status)).isEqualTo(123_456 * 1_024L);
    }

    @Test
    void residentBytes_noSuchLine_isZero() {
        assertThat(Memory.residentBytes("Name:\tkthreadd\n")).isZero();
    }

    @Test
    void largestChildBytes_aChildThatRuns_takesSome() throws IOException, InterruptedException {
        var child = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(Memory.largestChildBytes(ProcessHandle.current().pid())).isBetween(10_000L, 1_000_000_000L);
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
