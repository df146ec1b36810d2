package dev.mien.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.api.RevisionToken;
import dev.mien.config.ServerConfig;
import dev.mien.config.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerBoardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final AtomicLong requests = new AtomicLong(7);

    private ServerConfig config(String... setting) {
        var settings = setting.length == 0
                ? Map.of("data", directory.toString())
                : Map.of("data", directory.toString(), setting[0], setting[1]);
        return Settings.of(settings, Map.of(), null).toConfig();
    }

    private WorkerBoard begun(ServerConfig config, int worker) {
        var board = WorkerBoard.open(config, worker);
        board.begin(
                requests::get, () -> RevisionToken.parse("6c780054b5a83817.42").orElseThrow());
        return board;
    }

    @Test
    void entries_ofTwoWorkers_areSeenThroughEither() {
        try (var first = begun(config(), 1);
                var second = begun(config(), 2)) {
            assertThat(first.entries()).extracting(WorkerBoard.Entry::number).containsExactly(1, 2);
            assertThat(second.entries()).first().satisfies(entry -> {
                assertThat(entry.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(entry.requests()).isEqualTo(7);
                assertThat(entry.revision()).isEqualTo(42);
                assertThat(entry.seenAt()).isAfterOrEqualTo(entry.startedAt());
            });
        }
    }

    @Test
    void entries_laterOn_areNewer() {
        try (var writer = begun(config(), 1);
                var reader = WorkerBoard.open(config(), 2)) {
            requests.set(8);

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(reader.entries().getFirst().requests()).isEqualTo(8));
            assertThat(writer.entries()).hasSize(1);
        }
    }

    @Test
    void entries_ofAWorkerThatEnded_areGone() throws IOException {
        var board = begun(config(), 1);
        byte[] held = Files.readAllBytes(directory.resolve("workers.board"));
        board.close();

        try (var next = WorkerBoard.open(config(), 2)) {
            assertThat(next.entries()).isEmpty();

            // One that could not say so, because it was killed: a process that is no more.
            long pid = endedProcess();
            var place = ByteBuffer.wrap(held, 0, 64).order(ByteOrder.nativeOrder());
            place.putLong(16, pid);
            write(place);
            assertThat(next.entries()).isEmpty();
        }
    }

    @Test
    void entries_leftHalfWritten_areNotShownAndWrittenOver() throws IOException {
        begun(config(), 1).close();
        var place = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        place.putLong(0, 5).putLong(8, 1).putLong(16, ProcessHandle.current().pid());
        write(place);

        try (var other = WorkerBoard.open(config(), 2)) {
            assertThat(other.entries()).isEmpty();
            try (var again = begun(config(), 1)) {
                assertThat(again.entries())
                        .singleElement()
                        .satisfies(entry -> assertThat(entry.requests()).isEqualTo(7));
            }
        }
    }

    @Test
    void open_whereNothingMayBeWritten_knowsItselfAlone() {
        try (var writing = begun(config(), 1);
                var reading = begun(config("read-only", "true"), 1)) {
            assertThat(reading.entries()).hasSize(1);
            assertThat(writing.entries()).hasSize(1);
        }
        assertThat(directory.resolve("workers.board")).exists();
    }

    private void write(ByteBuffer place) throws IOException {
        try (var file = FileChannel.open(directory.resolve("workers.board"), StandardOpenOption.WRITE)) {
            file.write(place.rewind(), 0);
        }
    }

    private static long endedProcess() throws IOException {
        var process = new ProcessBuilder("true").start();
        process.onExit().join();
        return process.pid();
    }
}
