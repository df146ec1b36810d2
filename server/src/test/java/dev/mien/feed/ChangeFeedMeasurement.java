package dev.mien.feed;

import dev.mien.store.postgres.PostgresServer;
import dev.mien.store.sqlite.SqliteMigrations;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How long does it take from the answer to a write on one worker until its event has come out of a stream of another
/// one, and what do 1,000 open streams cost that one? Two workers in processes of their own; a client writes one
/// persona of 1 KB 100 times a second, and 10 times a second where 1,000 streams are to hear it. The time is from the
/// moment at which the client had the answer, which is behind the commit, to the moment at which it had the event; an
/// event that came before the answer counts as 0.
///
/// Run by hand: `java -cp <test classpath> dev.mien.feed.ChangeFeedMeasurement sqlite|postgres [brief]`
final class ChangeFeedMeasurement {
    private static final int STREAMS = 1_000;
    private static final Duration IDLE = Duration.ofSeconds(20);

    private ChangeFeedMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> place;
        if (arguments[0].equals("sqlite")) {
            var directory = Files.createTempDirectory("mien-feed");
            SqliteMigrations.migrate(directory);
            place = Map.of("data", directory.toString());
        } else {
            place = Map.of("database", PostgresServer.newDatabase());
        }
        try (var writer = new WorkerProcess(1, place, "-Xmx64m");
                var other = new WorkerProcess(2, place, "-Xmx64m")) {
            latency(writer.port(), other.port(), 2_000, 10);
            if (arguments.length == 1) {
                idle(other);
            }
            System.out.println("with " + STREAMS + " streams beside:");
            for (int i = 0; i < STREAMS; i++) {
                var stream = new Listening(other.port(), "", "");
                Thread.ofVirtual().start(() -> {
                    while (stream.next() != null) {
                        // Taken.
                    }
                });
            }
            latency(writer.port(), other.port(), 200, 100);
        }
        System.exit(0);
    }

    private static void latency(int writer, int other, int writes, int everyMillis) throws Exception {
        var heardAt = new ConcurrentHashMap<Long, Long>();
        var stream = new Listening(other, "", "");
        Thread.ofPlatform().daemon().start(() -> {
            for (var told = stream.next(); told != null; told = stream.next()) {
                heardAt.put(told.revision(), System.nanoTime());
            }
        });
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        String base = "http://127.0.0.1:" + writer + "/api/v1/personas";
        String created = send(client, "POST", base, "{\"name\":\"Ophelia\",\"scenario\":\"" + "x".repeat(900) + "\"}");
        String id = created.replaceAll("(?s).*?\"id\":\"([^\"]*)\".*", "$1");
        long[] micros = new long[writes];
        long next = System.nanoTime();
        for (int i = -writes / 10; i < writes; i++) {
            next += everyMillis * 1_000_000L;
            Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            String answer = send(client, "PATCH", base + "/" + id, "{\"greeting\":\"" + System.nanoTime() + "\"}");
            long answered = System.nanoTime();
            long revision = Long.parseLong(answer.replaceAll("(?s).*\"revision\":(\\d+).*", "$1"));
            while (!heardAt.containsKey(revision)) {
                Thread.sleep(1);
            }
            if (i >= 0) {
                micros[i] = Math.max(0, heardAt.get(revision) - answered) / 1_000;
            }
        }
        Arrays.sort(micros);
        System.out.printf(
                "commit to event: p50 %.1f ms, p99 %.1f ms, max %.1f ms over %d writes%n",
                micros[writes / 2] / 1e3, micros[writes * 99 / 100] / 1e3, micros[writes - 1] / 1e3, writes);
        stream.close();
    }

    private static String send(HttpClient client, String method, String url, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .method(method, BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private static void idle(WorkerProcess worker) throws Exception {
        report("no stream open", worker);
        var streams = new ArrayList<Listening>();
        streams.add(new Listening(worker.port(), "", ""));
        report("1 stream open", worker);
        for (int i = 1; i < STREAMS; i++) {
            streams.add(new Listening(worker.port(), "", ""));
        }
        report(STREAMS + " streams open", worker);
        for (var stream : streams) {
            stream.close();
        }
    }

    private static void report(String what, WorkerProcess worker) throws Exception {
        var before = worker.handle().info().totalCpuDuration().orElseThrow();
        Thread.sleep(IDLE);
        var used = worker.handle().info().totalCpuDuration().orElseThrow().minus(before);
        long kib = Files.readAllLines(
                        java.nio.file.Path.of("/proc/" + worker.handle().pid() + "/status"))
                .stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
        System.out.printf(
                "%s: %.2f %% of a core, %d MiB resident%n",
                what, 100.0 * used.toMillis() / IDLE.toMillis(), kib / 1024);
    }
}
