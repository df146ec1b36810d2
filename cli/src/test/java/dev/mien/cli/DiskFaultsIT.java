package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.checker.Verification;
import dev.mien.checker.fault.Injector;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.verdict.CheckConfig;
import dev.mien.checker.verdict.Checker;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.workload.WorkloadConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A verification on a disk that fails now and then: what was acknowledged is there, what was refused is not, and the
/// server goes on once the disk is well.
class DiskFaultsIT {
    private static final int WORKERS = 2;
    private static final long SEED = 11;

    @TempDir
    Path directory;

    @Test
    void disk_fullNowAndThen_breaksNoPromise() throws Exception {
        try (var small = new SmallDisk(directory.resolve("small"), "200m")) {
            var ballast = small.root().resolve("ballast");
            var history = history(small.root(), Map.of(), scene -> {
                scene.struck("disk full", -1);
                try {
                    fill(ballast);
                    Thread.sleep(300);
                } finally {
                    Files.delete(ballast); // Also where the run ends meanwhile.
                }
            });

            assertKept(history);
        }
    }

    private static void fill(Path ballast) throws IOException {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[1 << 16]);
            }
        } catch (IOException full) {
            assertThat(ballast).isNotEmptyFile();
        }
    }

    /// With a shim that makes `fsync` and `fdatasync` of the workers fail while a certain file is there.
    @Test
    void fsync_failingNowAndThen_breaksNoPromise() throws Exception {
        var shim = directory.resolve("shim.so");
        var source = Files.writeString(directory.resolve("shim.c"), """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <errno.h>
                #include <stdlib.h>
                #include <unistd.h>

                static int sync_or_fail(const char *name, int fd) {
                    const char *switch_file = getenv("MIEN_TEST_FAIL_FSYNC");
                    if (switch_file != NULL && access(switch_file, F_OK) == 0) {
                        errno = EIO;
                        return -1;
                    }
                    return ((int (*)(int)) dlsym(RTLD_NEXT, name))(fd);
                }

                int fsync(int fd) { return sync_or_fail("fsync", fd); }
                int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }
                """);
        assumeTrue(
                Files.exists(Path.of("/proc/self/maps"))
                        && command("cc", "-shared", "-fPIC", "-o", shim.toString(), source.toString(), "-ldl"),
                "skipped: the shim needs Linux and a C compiler");
        var fail = directory.resolve("fail");

        var history = history(
                directory, Map.of("LD_PRELOAD", shim.toString(), "MIEN_TEST_FAIL_FSYNC", fail.toString()), scene -> {
                    scene.struck("fsync fails", -1);
                    Files.createFile(fail);
                    try {
                        Thread.sleep(200);
                    } finally {
                        Files.delete(fail);
                    }
                });

        assertKept(history);
    }

    private static boolean command(String... words) throws InterruptedException {
        try {
            return new ProcessBuilder(words).start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private History history(Path place, Map<String, String> environment, Injector injector) throws Exception {
        try (var deployment =
                new OwnDeployment(OwnStore.sqlite(place.resolve("data")), 1, WORKERS, environment, directory)) {
            var recorder = new Recorder(new Header(SEED, Map.of()), null);
            var config = new WorkloadConfig(SEED, Duration.ofSeconds(10), 8, 20, 0.4, Duration.ofSeconds(20));
            var verification = new Verification(config, deployment, List.of(injector), recorder);
            var history = verification.run(progress -> {});
            assertThat(verification.failures()).isEmpty();
            return history;
        }
    }

    private static void assertKept(History history) {
        var verdict = new Checker(new CheckConfig(50, 200_000)).check(history);

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(history.faults()).hasSizeGreaterThan(3);
        assertThat(history.operations())
                .as("writes that the disk refused")
                .anyMatch(operation -> operation.kind().isWrite()
                        && (operation.outcome() == Outcome.FAILED || operation.outcome() == Outcome.UNKNOWN));
        assertThat(history.operations())
                .as("writes after the last fault")
                .anyMatch(operation -> operation.isAcknowledgedWrite()
                        && operation.invokedNanos() > history.faults().getLast().atNanos());
    }
}
