package dev.mien.cli;

import dev.mien.api.Answer;
import dev.mien.api.MienClient;
import dev.mien.api.MienException;
import dev.mien.api.Persona;
import dev.mien.checker.fault.SideDoor;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Shows the promise at work, on a store of its own: edits through one worker and reads through the others, edits by
/// hand, a worker that is killed.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Show the promise at work, in under half a minute: three workers on a store in a temporary directory, a cast of"
                    + " personas that is edited through one worker and read through the others at once, edits by hand with"
                    + " SQL, a worker that is killed.",
            "Exit status 1 if anything was stale or lost."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int WORKERS = 3;
    private static final int WRITERS = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "400",
            description = "edits that are read back through every other worker (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--postgres", description = "on a PostgreSQL that is started for it, instead of SQLite")
    private boolean postgres;

    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();
    private final List<Long> ackToFresh = new ArrayList<>();
    private PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    private volatile boolean writing = true;

    @Override
    public Integer call() throws Exception {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        out = spec.commandLine().getOut();
        var directory = Files.createTempDirectory("mien-demo-");
        try (var deployment = start(directory)) {
            return play(deployment.server(0), deployment.sideDoor());
        } finally {
            Directories.remove(directory);
        }
    }

    private OwnDeployment start(Path directory) throws SQLException {
        out.println("Starting " + (postgres ? "PostgreSQL and " : "") + WORKERS
                + " workers on a store in a temporary directory …");
        var store = postgres
                ? new OwnPostgres(directory.resolve("postgres"), 1)
                : OwnStore.sqlite(directory.resolve("data"));
        return new OwnDeployment(store, 1, WORKERS, Map.of(), directory);
    }

    private int play(ServerProcess server, SideDoor database) throws Exception {
        var workers = new ArrayList<>(server.clientsOfAll(WORKERS));
        var cast = loadCast(workers.getFirst());

        var acknowledged = new ConcurrentHashMap<String, Long>();
        var writers = new ArrayList<Thread>();
        for (int i = 1; i <= WRITERS; i++) {
            String name = "writer_" + i;
            writers.add(Thread.ofPlatform().name(name).start(() -> write(server, name, cast, acknowledged)));
        }
        editAndReadBack(workers, cast);
        editByHand(workers, cast, database);
        long lost = killOne(server, cast, acknowledged, writers);
        workers.forEach(MienClient::close);
        return report(lost);
    }

    private List<String> loadCast(MienClient client) {
        var samples = Samples.load();
        var owner = client.users().createAll(samples.users()).body().getFirst();
        var cast = client.personas().createAll(samples.personas()).body();
        for (var persona : cast) {
            client.personas().patch(persona.id(), Map.of("owner_id", owner.id()));
        }
        out.println("Loaded a cast of " + cast.size() + " personas and "
                + samples.users().size() + " users.");
        return cast.stream().map(Persona::id).toList();
    }

    /// Edits an attribute of its own of every persona, over and over, while everything else goes on.
    private void write(ServerProcess server, String name, List<String> cast, Map<String, Long> acknowledged) {
        try (var client = new MienClient(server.address())) {
            for (long n = 1; writing; n++) {
                String id = cast.get((int) (n % cast.size()));
                try {
                    client.personas().patch(id, Map.of("attributes", Map.of(name, n)));
                    acknowledged.put(id + " " + name, n);
                    updates.incrementAndGet();
                } catch (UncheckedIOException | MienException notAcknowledged) {
                    // The worker was killed under it: it may have happened, and nobody was told that it had.
                }
            }
        }
    }

    private void editAndReadBack(List<MienClient> workers, List<String> cast) {
        for (int round = 0; round < rounds; round++) {
            String id = cast.get(round % cast.size());
            String text = "The scene has changed for the " + (round + 1) + "th time.";
            // Whoever kept a copy of what it answered has one now.
            workers.forEach(worker -> worker.personas().get(id));
            var edited = workers.get(round % WORKERS).personas().patch(id, Map.of("scenario", text));
            long acknowledgedAt = System.nanoTime();
            updates.incrementAndGet();
            for (int other = 1; other < WORKERS; other++) {
                var seen = workers.get((round + other) % WORKERS).personas().get(id);
                if (other == 1) {
                    ackToFresh.add(System.nanoTime() - acknowledgedAt);
                }
                check(seen, edited.body().version(), text);
            }
            progress("Edit through one worker, read through the others", round + 1, rounds);
        }
    }

    private void check(Answer<Persona> seen, long version, String scenario) {
        reads.incrementAndGet();
        if (seen.body().version() < version || !seen.body().scenario().equals(scenario)) {
            stale.incrementAndGet();
            out.println("\nSTALE: worker " + seen.worker() + " answered version "
                    + seen.body().version() + " after version " + version + " was acknowledged");
        }
    }

    private void editByHand(List<MienClient> workers, List<String> cast, SideDoor database) throws SQLException {
        int edits = 3 * cast.size();
        for (int i = 0; i < edits; i++) {
            String id = cast.get(i % cast.size());
            String text = "Changed by hand, " + i + ".";
            workers.forEach(worker -> worker.personas().get(id));
            database.update("personas", List.of(id), "scenario", text);
            updates.incrementAndGet();
            for (var worker : workers) {
                check(worker.personas().get(id), 0, text);
            }
            progress("Edit by hand with SQL, read through each worker", i + 1, edits);
        }
    }

    /// Kills a worker in the middle of the writing, and looks for every acknowledged edit afterwards.
    private long killOne(ServerProcess server, List<String> cast, Map<String, Long> acknowledged, List<Thread> writers)
            throws InterruptedException {
        var victim = server.workers().getFirst();
        victim.destroyForcibly();
        victim.onExit().join();
        out.println("Killed a worker (kill -9) in the middle of the writing.");
        Thread.sleep(500); // The writers go on over the workers that are left.
        writing = false;
        for (var writer : writers) {
            writer.join();
        }
        long lost = 0;
        var workers = server.clientsOfAll(WORKERS);
        out.println("The supervisor has replaced it.");
        for (var worker : workers) {
            for (String id : cast) {
                var attributes = worker.personas().get(id).body().attributes();
                reads.incrementAndGet();
                for (int i = 1; i <= WRITERS; i++) {
                    Long expected = acknowledged.get(id + " writer_" + i);
                    if (expected != null
                            && (!(attributes.get("writer_" + i) instanceof Number found)
                                    || found.longValue() < expected)) {
                        lost++;
                        out.println("LOST: an acknowledged edit of " + id + " is not to be found");
                    }
                }
            }
        }
        workers.forEach(MienClient::close);
        return lost;
    }

    private int report(long lost) {
        long[] times = ackToFresh.stream().mapToLong(Long::longValue).sorted().toArray();
        out.println();
        out.printf("  updates acknowledged                  %,d%n", updates.get());
        out.printf("  reads through other workers           %,d%n", reads.get());
        out.printf("  stale reads                           %,d%n", stale.get());
        out.printf("  acknowledged updates lost             %,d%n", lost);
        out.printf(
                "  acknowledgement to first fresh read   %.2f ms median, %.2f ms at most (the read itself included)%n",
                times[times.length / 2] / 1e6, Arrays.stream(times).max().orElse(0) / 1e6);
        out.println();
        boolean kept = stale.get() == 0 && lost == 0;
        out.println(kept ? "The promise held." : "THE PROMISE WAS BROKEN.");
        return kept ? 0 : 1;
    }

    private void progress(String what, int done, int all) {
        boolean interactive = Terminal.isInteractive();
        if (done == all || (interactive && done % 10 == 0)) {
            out.print((interactive ? "\r" : "") + what + ": " + done + " of " + all + (done == all ? "\n" : ""));
            out.flush();
        }
    }
}
