package dev.mien.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.config.Settings;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A supervisor whose workers are shell scripts that speak as workers do.
@Timeout(120)
class SupervisorTest {
    private static final List<String> ENDS_SOON = List.of("sh", "-c", "read order; echo 'ready 0'");
    private static final List<String> STAYS = List.of("sh", "-c", "read order; echo 'ready 0'; exec sleep 60");
    private static final List<String> CANNOT_BE_STARTED = List.of("/no/such/program");

    @TempDir
    Path directory;

    @Test
    void run_workerThatCannotBeStarted_isTriedAgain() throws Exception {
        var commands = List.of(ENDS_SOON, CANNOT_BE_STARTED, CANNOT_BE_STARTED, STAYS);
        var asked = new AtomicInteger();
        var settings = Map.of("port", "0", "data", directory.resolve("data").toString());
        var supervisor = new Supervisor(
                Settings.of(settings, Map.of(), null).toConfig(),
                settings,
                (number, port) -> commands.get(Math.min(asked.getAndIncrement(), commands.size() - 1)),
                new PrintStream(OutputStream.nullOutputStream()));
        var thread = Thread.ofPlatform().start(() -> {
            try {
                supervisor.run();
            } catch (IllegalStateException interrupted) {
                // That is how this test ends it.
            }
        });

        await().atMost(Duration.ofSeconds(60)).until(() -> asked.get() == commands.size());
        assertThat(thread.isAlive()).isTrue();

        thread.interrupt();
        thread.join();
    }
}
