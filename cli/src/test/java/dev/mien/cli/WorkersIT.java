package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.mien.api.MienClient;
import dev.mien.api.MienException;
import dev.mien.checker.fault.Signal;
import dev.mien.store.sqlite.SqliteStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real worker processes behind one port: what one acknowledges, all show; and nothing that was acknowledged is lost
/// when processes are killed or stopped in the middle of writing.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WorkersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WORKERS = 3;

    @TempDir
    Path directory;

    private ServerProcess server;

    @BeforeEach
    void start() {
        server = startServer();
    }

    private ServerProcess startServer(String... settings) {
        return new ServerProcess(directory.resolve("data"), WORKERS, directory.resolve("log"), settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// Writers that go on until they are stopped, each write under a key of its own, and what was said of each write.
    private final class Writing implements AutoCloseable {
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final Set<String> notApplied = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean on = new AtomicBoolean(true);
        private final List<Thread> threads = new ArrayList<>();

        Writing(String id, int writers) {
            for (int writer = 0; writer < writers; writer++) {
                String name = "w" + writer + "_" + System.nanoTime() + "_";
                threads.add(Thread.ofPlatform().start(() -> write(id, name)));
            }
        }

        private void write(String id, String name) {
            for (int n = 0; on.get(); n++) {
                // A client for a few writes, so that each goes through many workers.
                try (var client = new MienClient(server.address())) {
                    for (int i = 0; i < 5 && on.get(); i++) {
                        String key = name + n + "_" + i;
                        try {
                            client.personas().patch(id, Map.of("attributes", Map.of(key, 1)));
                            acknowledged.add(key);
                        } catch (MienException e) {
                            assertThat(e.problem().status()).isEqualTo(503);
                            if ("not-applied".equals(e.problem().outcome())) {
                                notApplied.add(key);
                            }
                        } catch (UncheckedIOException outcomeUnknown) {
                            break;
                        }
                    }
                }
            }
        }

        void awaitAcknowledged(int count) {
            int goal = acknowledged.size() + count;
            await().atMost(PATIENCE).until(() -> acknowledged.size() >= goal);
        }

        @Override
        public void close() {
            on.set(false);
            threads.forEach(thread -> {
                try {
                    thread.join(PATIENCE);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    private String createPersona() {
        try (var client = new MienClient(server.address())) {
            return client.personas().create(Map.of("name", "Ophelia")).body().id();
        }
    }

    private void assertNothingLost(String id, Writing writing) {
        assertThat(writing.acknowledged).isNotEmpty();
        for (var client : server.clientsOfAll(WORKERS)) {
            var attributes = client.personas().get(id).body().attributes().keySet();
            assertThat(attributes).containsAll(writing.acknowledged);
            assertThat(writing.notApplied).doesNotContainAnyElementsOf(attributes);
            client.close();
        }
    }

    @Test
    void update_throughOneWorker_isSeenThroughAllAtOnce() {
        var workers = server.clientsOfAll(WORKERS);
        var persona = workers.getFirst().personas().create(Map.of("name", "Ophelia", "tags", List.of("hamlet")));
        String id = persona.body().id();
        var user =
                workers.getFirst().users().create(Map.of("username", "yorick")).body();

        for (int round = 0; round < 200; round++) {
            String name = "Ophelia " + round;
            var writer = workers.get(round % WORKERS);
            var patched = writer.personas().patch(id, Map.of("name", name));
            writer.users().patch(user.id(), Map.of("bio", name));

            for (var reader : workers) {
                var seen = reader.personas().get(id);
                assertThat(seen.body()).isEqualTo(patched.body());
                assertThat(seen.etag()).isEqualTo(patched.etag());
                assertThat(seen.token().revision())
                        .isGreaterThanOrEqualTo(patched.token().revision());
                assertThat(reader.personas()
                                .list(Map.of("tag", "hamlet"))
                                .body()
                                .items())
                        .singleElement()
                        .isEqualTo(patched.body());
                assertThat(reader.users().get(user.id()).body().bio()).isEqualTo(name);
            }
        }
        workers.forEach(MienClient::close);
    }

    @Test
    void patchesOfDifferentFields_byManyWriters_allSurvive() throws Exception {
        String id = createPersona();
        int writers = 8;
        int rounds = 60;

        var threads = IntStream.range(0, writers)
                .mapToObj(writer -> Thread.ofPlatform().start(() -> {
                    for (int round = 1; round <= rounds; round++) {
                        // A new client each time, and with it a worker by chance.
                        try (var client = new MienClient(server.address())) {
                            client.personas().patch(id, Map.of("attributes", Map.of("writer" + writer, round)));
                        }
                    }
                }))
                .toList();
        for (var thread : threads) {
            thread.join();
        }

        try (var client = new MienClient(server.address())) {
            var persona = client.personas().get(id).body();
            assertThat(persona.attributes())
                    .hasSize(writers)
                    .allSatisfy((key, value) -> assertThat(value).isEqualTo(rounds));
            assertThat(persona.version()).isEqualTo(1 + writers * (long) rounds);
        }
    }

    @Test
    void workers_killedInTheMiddleOfWriting_loseNothingAcknowledged() {
        String id = createPersona();
        var random = new Random(7);

        try (var writing = new Writing(id, 6)) {
            for (int kill = 0; kill < 4; kill++) {
                writing.awaitAcknowledged(40);
                var workers = server.workers();
                workers.get(random.nextInt(workers.size())).destroyForcibly();
            }
            writing.awaitAcknowledged(40);
            writing.close();

            await().atMost(PATIENCE).until(() -> server.workers().size() == WORKERS);
            assertNothingLost(id, writing);
        }
    }

    @Test
    void supervisor_killed_endsItsWorkersAndLosesNothingAcknowledged() throws Exception {
        String id = createPersona();
        Writing writing = new Writing(id, 6);
        writing.awaitAcknowledged(100);
        var workers = server.workers();
        Signal.send("STOP", workers.getFirst());

        Signal.send("KILL", server.process().toHandle());

        await().atMost(PATIENCE).until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
        writing.close();
        server.close();
        server = startServer();
        assertNothingLost(id, writing);
    }

    @Test
    void worker_stoppedWhileItHoldsTheWriteLock_isReplacedAndTheOthersGoOn() throws Exception {
        String id = createPersona();
        try (var writing = new Writing(id, 6)) {
            writing.awaitAcknowledged(40);

            var victim = stopWhileItHoldsTheWriteLock(writing);
            writing.awaitAcknowledged(40);
            writing.close();

            assertThat(victim.isAlive()).isFalse();
            await().atMost(PATIENCE).until(() -> server.workers().size() == WORKERS);
            assertNothingLost(id, writing);
        }
    }

    private ProcessHandle stopWhileItHoldsTheWriteLock(Writing writing) throws Exception {
        var random = new Random(11);
        try (var lock = new SqliteSideDoor(directory.resolve("data"))) {
            for (int attempt = 0; attempt < 2_000; attempt++) {
                var workers = server.workers();
                var worker = workers.get(random.nextInt(workers.size()));
                Signal.send("STOP", worker);
                if (lock.isHeld() && everythingWaits(lock, writing)) {
                    return worker;
                }
                Signal.send("CONT", worker);
                Thread.sleep(random.nextInt(3));
            }
        }
        throw new AssertionError("no worker was met with the write lock in its hands");
    }

    /// Whether it is the stopped worker who holds the lock. If it were another one, writes would go on.
    private static boolean everythingWaits(SqliteSideDoor lock, Writing writing) throws Exception {
        Thread.sleep(20); // Answers that were on their way have come by now.
        int before = writing.acknowledged.size();
        for (int look = 0; look < 40; look++) {
            Thread.sleep(5);
            if (!lock.isHeld() || writing.acknowledged.size() != before) {
                return false;
            }
        }
        return true;
    }

    private Connection sideConnection() throws SQLException {
        var side = DriverManager.getConnection(
                "jdbc:sqlite:" + directory.resolve("data").resolve(SqliteStore.FILE));
        try (var statement = side.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 0");
        }
        return side;
    }

    @Test
    void writes_whileSomebodyElseHoldsTheWriteLock_areCertainlyNotApplied() throws Exception {
        server.close();
        server = startServer("--commit-timeout=500ms");
        String id = createPersona();
        try (var client = new MienClient(server.address());
                var side = sideConnection();
                var statement = side.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");

            var problem = catchThrowableOfType(
                            MienException.class, () -> client.personas().patch(id, Map.of("name", "too late")))
                    .problem();
            var meanwhile = client.personas().get(id).body();
            statement.execute("ROLLBACK");
            var after =
                    client.personas().patch(id, Map.of("greeting", "in time")).body();

            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.outcome()).isEqualTo("not-applied");
            assertThat(meanwhile.name()).isEqualTo("Ophelia");
            assertThat(after.name()).isEqualTo("Ophelia");
            assertThat(after.version()).isEqualTo(2);
        }
    }

    @Test
    void write_behindALockThatIsHeldForLong_waitsAndIsThenApplied() throws Exception {
        String id = createPersona();
        try (var client = new MienClient(server.address());
                var side = sideConnection();
                var statement = side.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            var released = new AtomicBoolean();
            var holder = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(3_000); // Longer than SQLite waits for a lock at one time.
                    released.set(true);
                    statement.execute("ROLLBACK");
                } catch (InterruptedException | SQLException e) {
                    throw new IllegalStateException(e);
                }
            });

            var patched = client.personas().patch(id, Map.of("name", "patient"));

            assertThat(released).isTrue();
            assertThat(patched.body().name()).isEqualTo("patient");
            holder.join();
        }
    }

    /// On a file system of a few megabytes of its own, where this process may mount one.
    @Test
    void disk_full_refusesWritesAndLosesNothingAndGoesOnOnceThereIsRoom() throws Exception {
        try (var small = new SmallDisk(directory.resolve("small"), "6m");
                var full = new ServerProcess(small.root().resolve("data"), 2, directory.resolve("log3"));
                var client = new MienClient(full.address())) {
            var acknowledged = new ArrayList<String>();
            var problem = catchThrowableOfType(MienException.class, () -> {
                        for (int i = 0; i < 10_000; i++) {
                            acknowledged.add(client.personas()
                                    .create(Map.of("name", "Falstaff", "greeting", "much ".repeat(4_000)))
                                    .body()
                                    .id());
                        }
                    })
                    .problem();
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.outcome()).isIn("unknown", "not-applied");
            assertThat(acknowledged).isNotEmpty();
            for (String id : acknowledged) {
                assertThat(client.personas().get(id).body().name()).isEqualTo("Falstaff");
            }

            small.resize("64m");
            await().atMost(PATIENCE).until(() -> {
                try (var later = new MienClient(full.address())) {
                    later.personas().create(Map.of("name", "Hal"));
                    return true;
                } catch (MienException notYet) {
                    return false;
                }
            });
            for (String id : acknowledged) {
                assertThat(client.personas().get(id).body().name()).isEqualTo("Falstaff");
            }
        }
    }

    @Test
    void terminated_underLoad_answersWhatIsUnderWayAndExitsWith0() throws Exception {
        String id = createPersona();
        Writing writing = new Writing(id, 6);
        writing.awaitAcknowledged(60);

        Signal.send("TERM", server.process().toHandle());

        assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.process().exitValue()).isZero();
        writing.close();
        server = startServer();
        assertNothingLost(id, writing);
    }

    @Test
    void hungUp_underLoad_restartsEveryWorkerWithoutARefusedConnection() throws Exception {
        var on = new AtomicBoolean(true);
        var answered = new AtomicInteger();
        Set<String> failures = ConcurrentHashMap.newKeySet();
        var clients = IntStream.range(0, 4)
                .mapToObj(client -> Thread.ofPlatform().start(() -> {
                    while (on.get()) {
                        try {
                            switch (client) {
                                case 0 -> requestsOnOneConnection("/readyz", on, answered);
                                case 1 -> requestsOnOneConnection("/api/v1/changes?wait=3s", on, answered);
                                default -> {
                                    requestOnItsOwnConnection();
                                    answered.incrementAndGet();
                                }
                            }
                        } catch (IOException e) {
                            failures.add(e.toString());
                        }
                    }
                }))
                .toList();

        await().atMost(PATIENCE).until(() -> server.workers().size() == WORKERS);
        var before = server.workers().stream().map(ProcessHandle::pid).toList();
        await().atMost(PATIENCE.multipliedBy(4)).until(() -> {
            var now = server.workers().stream().map(ProcessHandle::pid).toList();
            boolean areNew = now.stream().noneMatch(before::contains);
            if (now.size() == WORKERS && !areNew) {
                // Not only once: a restart ends where a successor cannot be started. During one this is not heard.
                Signal.send("HUP", server.process().toHandle());
            }
            return now.size() == WORKERS && areNew;
        });
        int atTheEnd = answered.get();
        await().atMost(PATIENCE).until(() -> answered.get() > atTheEnd + 100);
        on.set(false);
        for (var client : clients) {
            client.join();
        }

        assertThat(failures).isEmpty();
        assertThat(answered.get()).isGreaterThan(100);
    }

    private void requestOnItsOwnConnection() throws IOException {
        try (var socket =
                new Socket(server.address().getHost(), server.address().getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IOException("answer: " + answer);
            }
        }
    }

    /// Until the server announces the connection's end, or the test's.
    private void requestsOnOneConnection(String path, AtomicBoolean on, AtomicInteger answered) throws IOException {
        try (var socket =
                new Socket(server.address().getHost(), server.address().getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            var length = Pattern.compile("(?i)content-length: *([0-9]+)");
            String head = "";
            while (on.get() && !head.toLowerCase(Locale.ROOT).contains("connection: close")) {
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                var read = new StringBuilder();
                while (read.indexOf("\r\n\r\n") < 0) {
                    int next = socket.getInputStream().read();
                    if (next < 0) {
                        throw new IOException("ended without announcement, after: " + read);
                    }
                    read.append((char) next);
                }
                head = read.toString();
                var body = length.matcher(head);
                if (!head.startsWith("HTTP/1.1 200") || !body.find()) {
                    throw new IOException("answer: " + head);
                }
                socket.getInputStream().readNBytes(Integer.parseInt(body.group(1)));
                answered.incrementAndGet();
                // As long as a network takes to bring the answer and the next request.
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    @Test
    void secondServer_onTheSameData_isToldSoUnlessItOnlyReads() throws Exception {
        String id = createPersona();
        var data = directory.resolve("data");

        var second = run("serve", "--port=0", "--data=" + data);
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.errors())
                .containsOnlyOnce("\n")
                .contains("is in use by the server with process id " + server.pid());

        try (var reader = new ServerProcess(data, 1, directory.resolve("log2"), "--read-only");
                var client = new MienClient(reader.address());
                var writer = new MienClient(server.address())) {
            writer.personas().patch(id, Map.of("name", "Gertrude"));
            assertThat(client.personas().get(id).body().name()).isEqualTo("Gertrude");
            assertThat(catchThrowableOfType(
                                    MienException.class, () -> client.personas().delete(id))
                            .problem()
                            .type())
                    .isEqualTo("/problems/read-only");
        }
    }

    @Test
    void secondServer_onTheSamePort_isToldSo() throws Exception {
        int port = server.address().getPort();

        var second = run("serve", "--port=" + port, "--data=" + directory.resolve("other"));

        assertThat(second.status()).isEqualTo(1);
        assertThat(second.errors()).containsOnlyOnce("\n").contains("cannot listen on 127.0.0.1:" + port);
    }

    @Test
    void server_whereTheDataCannotBe_saysSoInOneLine() throws Exception {
        var file = Files.createFile(directory.resolve("file"));

        var refused = run("serve", "--port=0", "--data=" + file.resolve("data"));

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.errors()).containsOnlyOnce("\n").startsWith("mien: cannot write to ");
    }

    @Test
    void demo_run_findsNothingStaleOrLost() throws Exception {
        var demo = run("demo", "--rounds=40");

        assertThat(demo.output()).contains("stale reads                           0", "The promise held.");
        assertThat(demo.status()).isZero();
    }

    private record Ended(int status, String output, String errors) {}

    private Ended run(String... arguments) throws Exception {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var process = new ProcessBuilder(Program.command(List.of(), arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
