package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How does Mien compare with what one would otherwise run? The same surface on other stacks, with the same documents
/// and the same durability, under the same load.
@Command(
        name = "benchmarks/peers/run",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Starts Mien and its peers, each with data of its own, puts the same load on them in turn, lets mien verify"
                    + " loose on each, and writes what came of it into benchmarks/results/NAME. Takes about seven minutes.",
            "",
            "A peer that cannot run here is left out, and the report says why. benchmarks/peers/README.md says what the"
                    + " peers are.",
        })
final class Peers implements Callable<Integer> {
    private static final List<String> LOADS = List.of("get", Loads.UNIFORM, "patch", "mixed");
    private static final int PERSONAS = 1_000;
    private static final int LONGEST_WARM_UP_SECONDS = 25;

    @Spec
    private CommandSpec spec;

    @Option(names = "--name", description = "the folder of the results (default: ${DEFAULT-VALUE})")
    private String name = "peers";

    @Option(names = "--quick", description = "a smoke check of about a minute: short rounds, few edits")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "those whose name begins so, such as mien,fastapi (default: all)")
    private List<String> only = List.of("");

    @Option(
            names = "--connections",
            split = ",",
            paramLabel = "N",
            description = "how many connections (default: 64,1)")
    private List<Integer> connections = List.of(64, 1);

    @Option(names = "--rounds", description = "rounds of each load (default: 3; quick: 1)")
    private int rounds;

    @Option(names = "--round-millis", description = "length of a round; /livez gets half (default: 800; quick: 200)")
    private int roundMillis;

    @Option(names = "--verify-seconds", description = "how long mien verify runs on each (default: 10; quick: 3)")
    private int verifySeconds;

    private Peers() {}

    public static void main(String[] arguments) {
        var commandLine = new CommandLine(new Peers());
        commandLine.setUsageHelpWidth(110);
        System.exit(commandLine.execute(arguments));
    }

    /// A peer that runs, and its documents.
    private record Running(Peer peer, ServerProcess process, Ids ids) implements AutoCloseable {
        Target target() {
            return new Target(
                    process.address(),
                    peer.workers(),
                    () -> FamilyMemory.of(process.pid()).residentBytes(),
                    () -> Cpu.familyNanos(process.pid()),
                    () -> 0,
                    () -> 0);
        }

        @Override
        public void close() {
            process.close();
        }
    }

    @Override
    public Integer call() throws Exception {
        rounds = rounds > 0 ? rounds : quick ? 1 : 3;
        roundMillis = roundMillis > 0 ? roundMillis : quick ? 200 : 800;
        verifySeconds = verifySeconds > 0 ? verifySeconds : quick ? 3 : 10;
        var home = Path.of(System.getProperty("mien.home"));
        var temporary = Files.createTempDirectory("mien-peers-");
        var running = new ArrayList<Running>();
        var missing = new ArrayList<String>();
        try {
            var wanted = Peer.all(home, temporary).stream()
                    .filter(peer -> only.stream().anyMatch(peer::isCalled))
                    .toList();
            start(wanted, running, missing);
            var series = load(running);
            var outcomes = new ArrayList<PeersReport.Outcome>();
            for (var each : running) {
                outcomes.add(outcome(home, temporary, each));
            }
            var report = new PeersReport(about(home), series, outcomes, missing);
            report.write(home.resolve("benchmarks").resolve("results").resolve(name));
        } finally {
            running.forEach(Running::close);
            Main.remove(temporary);
        }
        System.err.println("written to benchmarks/results/" + name);
        return 0;
    }

    private static void start(List<Peer> peers, List<Running> running, List<String> missing)
            throws IOException, InterruptedException {
        for (var peer : peers) {
            if (!peer.missing().isEmpty()) {
                missing.add(peer.name() + " is left out: " + peer.missing());
                System.err.println(missing.getLast());
                continue;
            }
            System.err.println("starting " + peer.name() + " …");
            var started = new Running(peer, peer.start(), new Ids());
            running.add(started);
            Personas.fill(started.process.address(), started.ids, PERSONAS);
        }
    }

    /// Reads and edits until they get no cheaper for the server, which takes a JVM that compiles as it runs some time.
    private void warmUp(Running one) throws IOException, InterruptedException {
        System.err.println("warming up " + one.peer.name() + " …");
        var requests = Requests.mixed(Requests.uniform(one.ids), Requests.patches(one.ids), 30);
        var load = new Load("warm-up", one.peer.name(), one.target(), requests, 200, 1, 0);
        try (var pool = new Connections(one.process.address(), connections.getFirst())) {
            double best = Double.MAX_VALUE;
            int worse = 0;
            for (int second = 0; second < (quick ? 1 : LONGEST_WARM_UP_SECONDS) && worse < 3; second++) {
                var sample = Sample.of(load, () -> pool.closedLoop(requests, 200, TimeUnit.SECONDS.toNanos(1)));
                worse = sample.serverCpuMicros() > 0.95 * best ? worse + 1 : 0;
                best = Math.min(best, sample.serverCpuMicros());
            }
        }
    }

    /// All loads on all servers.
    private List<Series> load(List<Running> running) throws IOException, InterruptedException {
        for (var each : running) {
            warmUp(each);
        }
        var results = new ArrayList<Series>();
        for (int connected : connections) {
            var laboratory =
                    new Laboratory(rounds, Duration.ofMillis(roundMillis), Duration.ofMillis(quick ? 200 : 1_000));
            for (String load : LOADS) {
                var loads = new ArrayList<Load>();
                for (var each : running) {
                    loads.add(Loads.named(load, each.peer.name(), each.target(), each.ids)
                            .withoutTarget());
                }
                laboratory.closed("SQLite", connected, loads);
            }
            results.addAll(laboratory.results());
        }
        return results;
    }

    private PeersReport.Outcome outcome(Path home, Path temporary, Running one)
            throws IOException, InterruptedException {
        System.err.println("verifying " + one.peer.name() + " …");
        var address = one.process.address();
        var memory = FamilyMemory.of(one.process.pid());
        var probe = EditProbe.of(address, one.ids, quick ? 50 : 300);
        var report = temporary.resolve("verify-" + address.getPort());
        var verification = Verification.of(home, address, verifySeconds, report);
        return new PeersReport.Outcome(one.peer.name(), one.peer.workers(), memory, probe, verification);
    }

    private LinkedHashMap<String, String> about(Path home) throws IOException {
        var machine = Machine.here();
        var about = new LinkedHashMap<String, String>();
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("commit", Machine.commit(home));
        about.put(
                "command",
                "`benchmarks/peers/run "
                        + String.join(" ", spec.commandLine().getParseResult().originalArgs()) + "`");
        about.put(
                "machine",
                machine.cores() + " cores, " + machine.processor() + ", " + machine.kernel()
                        + "; driver and servers share it");
        about.put("JDK", machine.jdk());
        about.put("load average", Machine.loadAverage());
        about.put("personas", "1,000 of about 1 KB in each store; every commit is synced (`synchronous=FULL`)");
        about.put("rounds", rounds + " of " + roundMillis + " ms");
        return about;
    }
}
