package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.mien.api.MienClient;
import dev.mien.api.MienException;
import dev.mien.checker.fault.Signal;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two machines on one PostgreSQL: what one acknowledges, the other shows; and neither depends on the other.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PostgresWorkersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// A stopped worker is not killed, which would let go what it holds: that has to come to an end by itself.
    private static final Map<String, String> PATIENT = Map.of("MIEN_WORKER_HANG_TIMEOUT", "10m");

    @TempDir
    Path directory;

    private OwnPostgres postgres;
    private OwnDeployment deployment;
    private MienClient here;
    private MienClient there;

    @BeforeEach
    void start() throws Exception {
        postgres = new OwnPostgres(directory.resolve("postgres"), 2);
        deployment = new OwnDeployment(postgres, 2, 1, PATIENT, directory);
        here = new MienClient(deployment.server(0).address());
        there = new MienClient(deployment.server(1).address());
    }

    @AfterEach
    void stop() throws Exception {
        here.close();
        there.close();
        deployment.close();
    }

    @Test
    void update_onOneMachine_isSeenOnTheOtherAtOnce() {
        String id = here.personas()
                .create(Map.of("name", "Ophelia", "tags", List.of("hamlet")))
                .body()
                .id();
        String user = here.users().create(Map.of("username", "yorick")).body().id();

        for (int round = 0; round < 200; round++) {
            String name = "Ophelia " + round;
            var writer = round % 2 == 0 ? here : there;
            var reader = round % 2 == 0 ? there : here;
            var patched = writer.personas().patch(id, Map.of("name", name));
            writer.users().patch(user, Map.of("bio", name));

            var seen = reader.personas().get(id);
            assertThat(seen.body()).isEqualTo(patched.body());
            assertThat(seen.etag()).isEqualTo(patched.etag());
            assertThat(seen.worker()).isNotEqualTo(patched.worker());
            assertThat(reader.personas().list(Map.of("tag", "hamlet")).body().items())
                    .containsExactly(patched.body());
            assertThat(reader.users().get(user).body().bio()).isEqualTo(name);
        }
    }

    /// The worker is stopped in the middle of writing one document again and again, sometimes with its row locked. The
    /// other machine goes on with the same document while it stands still.
    @Test
    void worker_stoppedInTheMiddleOfWriting_doesNotHinderTheOtherMachine() throws Exception {
        String id = here.personas().create(Map.of("name", "Ophelia")).body().id();
        var on = new AtomicBoolean(true);
        var acknowledged = new AtomicInteger();
        var writers = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            String name = "writer" + i;
            writers.add(Thread.ofVirtual().start(() -> write(id, name, on, acknowledged)));
        }
        var worker = deployment.server(0).workers().getFirst();

        for (int round = 0; round < 4; round++) {
            int before = acknowledged.get();
            await().atMost(PATIENCE).until(() -> acknowledged.get() > before + 50);
            Signal.send("STOP", worker);
            try {
                for (int i = 0; i < 10; i++) {
                    String key = "there" + round + "_" + i;
                    await().atMost(Duration.ofSeconds(20)).until(() -> patched(there, id, key));
                }
            } finally {
                Signal.send("CONT", worker);
            }
        }
        on.set(false);
        for (var writer : writers) {
            writer.join();
        }

        assertThat(there.personas().get(id).body().attributes()).containsKeys("there0_0", "there3_9");
    }

    private void write(String id, String name, AtomicBoolean on, AtomicInteger acknowledged) {
        for (int n = 0; on.get(); n++) {
            try (var client = new MienClient(deployment.server(0).address())) {
                for (int i = 0; i < 20 && on.get(); i++) {
                    if (patched(client, id, name + "_" + n % 10)) {
                        acknowledged.incrementAndGet();
                    }
                }
            }
        }
    }

    private static boolean patched(MienClient client, String id, String key) {
        try {
            client.personas().patch(id, Map.of("attributes", Map.of(key, System.nanoTime())));
            return true;
        } catch (MienException | UncheckedIOException refused) {
            return false;
        }
    }

    @Test
    void database_outOfReach_is503UntilItIsBack() {
        String id = here.personas().create(Map.of("name", "Ophelia")).body().id();
        here.personas().get(id);

        postgres.wire(0).shut();
        assertThat(here.isReady()).isFalse();
        var read =
                catchThrowableOfType(MienException.class, () -> here.personas().get(id));
        var write = catchThrowableOfType(
                MienException.class, () -> here.personas().patch(id, Map.of("greeting", "Good morrow.")));
        there.personas().patch(id, Map.of("name", "Gertrude"));
        postgres.wire(0).open();

        await().atMost(PATIENCE).until(() -> here.isReady());
        assertThat(read.problem().status()).isEqualTo(503);
        assertThat(write.problem().status()).isEqualTo(503);
        assertThat(write.problem().outcome()).isEqualTo("not-applied");
        assertThat(here.personas().get(id).body().name()).isEqualTo("Gertrude");
        assertThat(here.personas()
                        .patch(id, Map.of("greeting", "Good night."))
                        .body()
                        .greeting())
                .isEqualTo("Good night.");
    }
}
