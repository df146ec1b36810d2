package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FamilyMemoryTest {
    @Test
    void parse_rollup_takesResidentAndProportional() {
        var memory = FamilyMemory.parse("""
                55d0c0000000-7ffd00000000 ---p 00000000 00:00 0    [rollup]
                Rss:               10240 kB
                Pss:                4096 kB
                Pss_Dirty:          2048 kB
                Shared_Clean:       8192 kB
                """);

        assertThat(memory).isEqualTo(new FamilyMemory(10_240 * 1_024, 4_096 * 1_024));
    }

    @Test
    void of_processWithChildren_countsThemAll() throws IOException {
        var parent = new ProcessBuilder("/bin/sh", "-c", "sleep 60 & sleep 60 & sleep 60 & wait").start();
        try {
            await().until(() -> parent.children().count() == 3);
            var child = parent.children().findFirst().orElseThrow();

            var family = FamilyMemory.of(parent.pid());

            long ofChild = FamilyMemory.of(child.pid()).residentBytes();
            assertThat(ofChild).isPositive();
            assertThat(family.residentBytes()).isGreaterThan(2 * ofChild);
        } finally {
            parent.descendants().forEach(ProcessHandle::destroy);
            parent.destroy();
        }
    }
}
