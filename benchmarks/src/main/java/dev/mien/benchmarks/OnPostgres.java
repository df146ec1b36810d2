package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What reads and writes cost on PostgreSQL: through the coherent cache and past it, near and far, with more workers,
/// and whether another machine ever reads what was overwritten.
final class OnPostgres {
    private static final String PERSONAS = "/api/v1/personas";
    private static final int STALENESS_ROUNDS = 2_000;

    private final Laboratory laboratory;
    private final Path home;
    private final Path data;
    private final int personas;
    private final List<Integer> connections;
    private final List<Integer> workers;
    private final List<String> findings = new ArrayList<>();

    OnPostgres(
            Laboratory laboratory,
            Path home,
            Path data,
            int personas,
            List<Integer> connections,
            List<Integer> workers) {
        this.laboratory = laboratory;
        this.home = home;
        this.data = data;
        this.personas = personas;
        this.connections = connections;
        this.workers = workers;
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    /// @param delay added to each round trip between server and database in the part that asks what distance costs
    void run(Duration delay) throws IOException, InterruptedException, SQLException {
        try (var postgres = new Postgres(data.resolve("postgres"))) {
            String store = "PostgreSQL " + postgres.version().split(" ")[0];
            String url = Postgres.url(postgres.port());
            var ids = new Ids();
            try (var cached = start(url, 1, true);
                    var direct = start(url, 1, false)) {
                Personas.fill(cached.address(), ids, personas);
                for (int connected : connections) {
                    reads(store, connected, postgres, cached, direct, ids);
                }
                staleReads(cached, direct, ids);
                staleReads(direct, cached, ids);
            }
            for (int count : workers) {
                try (var server = start(url, count, true)) {
                    var on = target(postgres, server);
                    laboratory.closed(store, 64, List.of(Loads.named("patch", "", on, ids)));
                    laboratory.closed(store, 64, List.of(Loads.named("mixed", "", on, ids)));
                }
            }
            try (var proxy = new DelayProxy(postgres.port(), delay);
                    var cached = start(Postgres.url(proxy.port()), 1, true);
                    var direct = start(Postgres.url(proxy.port()), 1, false)) {
                String far = store + ", " + delay.toMillis() + " ms away";
                reads(far, 1, postgres, cached, direct, ids);
                reads(far, 64, postgres, cached, direct, ids);
            }
        }
    }

    private Server start(String url, int workers, boolean cached) throws IOException {
        return new Server(home, workers, List.of("--database=" + url, "--cache-enabled=" + cached));
    }

    private static Target target(Postgres postgres, Server server) {
        return new Target(
                server.address(),
                server.workers(),
                server::residentBytes,
                server::cpuNanos,
                postgres::cpuNanos,
                postgres::statements);
    }

    private void reads(String store, int connected, Postgres postgres, Server cached, Server direct, Ids ids)
            throws IOException, InterruptedException {
        var onCached = target(postgres, cached);
        var onDirect = target(postgres, direct);
        // As many as fit into the memory of a worker: the cache is asked, not how well it forgets.
        var some = ids.first(10_000);
        laboratory.closed(
                store,
                connected,
                List.of(
                        read("strong, cached", onCached, some),
                        read("strong, direct", onDirect, some),
                        read("max-stale=1s", onCached, some, "Mien-Read: max-stale=1s"),
                        read("at-least", onCached, some, "Mien-Read: at-least=" + token(cached))));
    }

    private static Load read(String name, Target on, Ids ids, String... headers) {
        return new Load(name, "", on, Requests.uniform(ids, headers), 200, 1, 0);
    }

    private static String token(Server server) throws IOException {
        try (var exchange = new Exchange(server.address())) {
            return exchange.send(Requests.get(PERSONAS + "?limit=1")).header("mien-revision");
        }
    }

    /// Edits a persona on one server and reads it on another right after the acknowledgement, again and again. The
    /// other one has read it before, so it may have it in memory.
    private void staleReads(Server writer, Server reader, Ids ids) throws IOException {
        int stale = 0;
        long slowest = 0;
        try (var writes = new Exchange(writer.address());
                var reads = new Exchange(reader.address())) {
            for (int i = 0; i < STALENESS_ROUNDS; i++) {
                String path = PERSONAS + "/" + ids.get(i % Math.min(100, ids.count()));
                reads.send(Requests.get(path));
                byte[] patch = ("{\"greeting\":\"Edit " + i + " of "
                                + writer.address().getPort() + "\"}")
                        .getBytes(StandardCharsets.US_ASCII);
                var written = writes.send(Requests.patch(path, patch));
                long begun = System.nanoTime();
                var read = reads.send(Requests.get(path));
                slowest = Math.max(slowest, System.nanoTime() - begun);
                if (written.status() != 200 || read.status() != 200) {
                    throw new IOException("status " + written.status() + " and " + read.status());
                }
                stale += read.header("etag").equals(written.header("etag")) ? 0 : 1;
            }
        }
        String finding = String.format(
                Locale.ROOT,
                "%,d edits through one server, each read through another right after its acknowledgement: %d stale"
                        + " reads; the slowest took %.1f ms.",
                STALENESS_ROUNDS,
                stale,
                slowest / 1e6);
        System.err.println(finding);
        findings.add(finding);
    }
}
