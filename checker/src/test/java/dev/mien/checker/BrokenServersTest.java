package dev.mien.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.broken.BrokenServer;
import dev.mien.checker.broken.Flaw;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.verdict.CheckConfig;
import dev.mien.checker.verdict.Checker;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.verdict.ViolationKind;
import dev.mien.checker.workload.WorkloadConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The workload and the checker together convict every server that is broken on purpose, and only those.
class BrokenServersTest {
    private static final int WORKERS = 3;

    private static Verdict verify(Flaw flaw, Duration duration) throws Exception {
        try (var server = new BrokenServer(flaw, WORKERS)) {
            var recorder = new Recorder(new Header(3, Map.of()), null);
            var config = new WorkloadConfig(3, duration, 8, 12, 0.33, Duration.ofSeconds(20), true);
            var verification = new Verification(config, server::addresses, List.of(), recorder);
            var history = verification.run(progress -> {});
            assertThat(verification.workload().surprises()).isEmpty();
            return new Checker(new CheckConfig(100, 200_000)).check(history);
        }
    }

    @Test
    void honestServer_passes() throws Exception {
        assertThat(verify(Flaw.NONE, Duration.ofSeconds(4))).isInstanceOf(Verdict.Passed.class);
    }

    /// The page has a line `| what is wrong | what it is convicted of |` for each.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void brokenServer_isConvictedOfWhatThePageSays(Flaw flaw) throws Exception {
        var promised = Files.readAllLines(Path.of("../docs/guarantees.md")).stream()
                .filter(line -> line.startsWith("| " + flaw + " |"))
                .flatMap(line -> Pattern.compile("`([A-Z_]+)`")
                        .matcher(line)
                        .results()
                        .map(match -> ViolationKind.valueOf(match.group(1))))
                .toList();

        var verdict = verify(flaw, Duration.ofSeconds(2));

        assertThat(promised).isNotEmpty();
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Failed.class,
                        failed -> assertThat(failed.counts().keySet()).containsAll(promised));
    }
}
