package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.Verification;
import dev.mien.checker.fault.Injector;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.verdict.CheckConfig;
import dev.mien.checker.verdict.Checker;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.workload.WorkloadConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A verification during which the primary is killed and its synchronous standby takes its place: two machines break no
/// promise and go on.
class FailoverIT {
    private static final int MACHINES = 2;
    private static final long SEED = 17;

    @TempDir
    Path directory;

    @Test
    @Timeout(240)
    void failover_withSynchronousStandby_breaksNoPromise() throws Exception {
        var history = history();

        var verdict = new Checker(new CheckConfig(50, 200_000)).check(history);

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(verdict.strength().incarnations()).isEqualTo(2);
        long failover = history.faults().getFirst().atNanos();
        assertThat(history.operations())
                .as("writes before the failover")
                .anyMatch(operation -> operation.isAcknowledgedWrite() && operation.endNanos() < failover);
        assertThat(history.operations())
                .as("writes after the failover")
                .anyMatch(operation -> operation.isAcknowledgedWrite() && operation.invokedNanos() > failover);
    }

    private History history() throws Exception {
        var servers = new PostgresPair(directory);
        try (var deployment = new OwnDeployment(servers, MACHINES, 1, Map.of(), directory)) {
            var recorder = new Recorder(new Header(SEED, Map.of()), null);
            var config = new WorkloadConfig(SEED, Duration.ofSeconds(24), 8, 20, 0.4, Duration.ofSeconds(20));
            var verification = new Verification(config, deployment, List.of(failOverOnce(servers)), recorder);
            var history = verification.run(progress -> {});
            assertThat(verification.failures()).isEmpty();
            return history;
        }
    }

    private static Injector failOverOnce(PostgresPair servers) {
        var done = new AtomicBoolean();
        return scene -> {
            Thread.sleep(5_000);
            if (done.compareAndSet(false, true)) {
                scene.struck("failover", -1);
                servers.failOver();
            }
        };
    }
}
