package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How much does a server do, and at what cost? Starts `mien serve`, puts load on it, and writes a report.
@Command(
        name = "benchmarks/run",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Starts a server with data of its own, puts load on it, and writes what it did into",
            "benchmarks/results/NAME. Every load is measured in short rounds, each next to a round of /livez on the"
                    + " same server.",
            "",
            "Without --loads, --connections and --workers a selection runs that takes about twelve minutes. With one of"
                    + " them, all their combinations run.",
            "",
            "--million, --starts and --settings measure something else instead, and may be combined.",
            "",
            "Loads:",
        })
final class Main implements Callable<Integer> {
    private static final int USUAL_CONNECTIONS = 64;
    private static final String SQLITE = "SQLite";

    @Spec
    private CommandSpec spec;

    @Option(names = "--name", description = "the folder of the results (default: ${DEFAULT-VALUE})")
    private String name = "load";

    @Option(names = "--quick", description = "a minute: fewer and shorter rounds, 1,000 personas, one worker")
    private boolean quick;

    @Option(names = "--loads", split = ",", paramLabel = "NAME", description = "which loads; see above")
    private List<String> loads = List.of();

    @Option(names = "--connections", split = ",", paramLabel = "N", description = "how many connections")
    private List<Integer> connections = List.of();

    @Option(names = "--workers", split = ",", paramLabel = "N", description = "how many worker processes")
    private List<Integer> workers = List.of();

    @Option(
            names = "--personas",
            split = ",",
            paramLabel = "N",
            description = "how many personas there are, in rising steps (default: 1000,100000; quick: 1000)")
    private List<Integer> personas = List.of();

    @Option(names = "--rounds", description = "rounds of each load (default: 5; quick: 3)")
    private int rounds;

    @Option(names = "--round-millis", description = "length of a round; /livez gets half (default: 1000; quick: 500)")
    private int roundMillis;

    @Option(names = "--open", description = "also an open loop of each of --loads, at half the load of the closed one")
    private boolean open;

    @Option(names = "--postgres", description = "on a PostgreSQL server of its own instead of SQLite; other loads, too")
    private boolean postgres;

    @Option(
            names = "--database-delay",
            paramLabel = "DURATION",
            description = "with --postgres: how far away the database is in the part that asks what distance costs"
                    + " (default: 1ms)")
    private String databaseDelay = "1ms";

    @Option(
            names = "--million",
            description = "load a million personas through arrays, then memory, reads and starts with them; about four"
                    + " minutes")
    private boolean million;

    @Option(names = "--starts", description = "how long a start takes to the first answer; about half a minute")
    private boolean starts;

    @Option(
            names = "--settings",
            description = "garbage collectors, sizes of the heap and numbers of carrier threads, each in turn with what"
                    + " Mien comes with; about a quarter of an hour")
    private boolean jvmSettings;

    @Option(
            names = "--set",
            paramLabel = "SETTING",
            description = "a flag for mien serve, such as --set=--worker-heap-megabytes=128; may be repeated")
    private List<String> settings = List.of();

    @Option(
            names = "--against",
            paramLabel = "DIR",
            description = "another checkout of Mien, measured in turn with this one")
    private @Nullable Path against;

    private Main() {}

    public static void main(String[] arguments) {
        var commandLine = new CommandLine(new Main());
        commandLine.setUsageHelpWidth(110);
        var usage = commandLine.getCommandSpec().usageMessage();
        usage.description(java.util.stream.Stream.concat(
                        java.util.Arrays.stream(usage.description()),
                        Loads.help().lines().map(line -> "  " + line))
                .toArray(String[]::new));
        System.exit(commandLine.execute(arguments));
    }

    /// One of the servers under load.
    ///
    /// @param name empty where there is only one
    /// @param settings flags of its own
    /// @param javaOptions for its JVMs; empty for those it comes with
    private record Subject(String name, Path home, Path data, Ids ids, List<String> settings, String javaOptions) {}

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        var home = Path.of(System.getProperty("mien.home"));
        useDefaults();
        loads.stream().filter(load -> !Loads.NAMES.contains(load)).findFirst().ifPresent(load -> {
            throw new CommandLine.ParameterException(spec.commandLine(), "there is no load " + load);
        });
        var laboratory =
                new Laboratory(rounds, Duration.ofMillis(roundMillis), Duration.ofMillis(quick ? 2_000 : 3_000));
        var temporary = Files.createTempDirectory("mien-benchmarks-");
        List<String> findings = List.of();
        try {
            if (starts) {
                measureStarts(home, temporary);
            }
            if (million) {
                measureMillion(laboratory, subject("", home, temporary.resolve("million")));
            }
            if (jvmSettings) {
                compareSettings(laboratory, home, temporary);
            }
            if (postgres) {
                findings = onPostgres(laboratory, home, temporary);
            } else if (!starts && !million && !jvmSettings) {
                onSqlite(laboratory, subjects(home, temporary));
            }
        } finally {
            remove(temporary);
        }
        var report = new Report(about(home), laboratory.results(), figures, findings);
        var directory = home.resolve("benchmarks").resolve("results").resolve(name);
        report.write(directory);
        System.err.println("written to benchmarks/results/" + name);
        return 0;
    }

    private void useDefaults() {
        rounds = rounds > 0 ? rounds : quick ? 3 : 5;
        roundMillis = roundMillis > 0 ? roundMillis : quick ? 500 : 1_000;
        if (personas.isEmpty()) {
            personas = quick ? List.of(1_000) : List.of(1_000, 100_000);
        }
    }

    private Subject subject(String name, Path home, Path data) {
        return new Subject(name, home, data, new Ids(), settings, "");
    }

    private List<Subject> subjects(Path home, Path temporary) {
        return against == null
                ? List.of(subject("", home, temporary.resolve("this")))
                : List.of(
                        subject("this", home, temporary.resolve("this")),
                        subject("other", against, temporary.resolve("other")));
    }

    private boolean isSelected() {
        return !loads.isEmpty() || !connections.isEmpty() || !workers.isEmpty();
    }

    /// Which loads run with so many workers and connections.
    private List<String> loads(int workers, int connections) {
        if (isSelected()) {
            return loads.isEmpty() ? Loads.NAMES : loads;
        }
        if (workers == 1 && connections == USUAL_CONNECTIONS) {
            return Loads.NAMES;
        }
        return workers == 1
                ? List.of("get", Loads.PATCH)
                : connections == USUAL_CONNECTIONS ? List.of("get", Loads.PATCH, Loads.HOT, "mixed") : List.of();
    }

    private List<String> onPostgres(Laboratory laboratory, Path home, Path data)
            throws IOException, InterruptedException, SQLException {
        var scenarios = new OnPostgres(
                laboratory,
                home,
                data,
                personas.getFirst(),
                !connections.isEmpty() ? connections : List.of(1, USUAL_CONNECTIONS),
                !workers.isEmpty() ? workers : quick ? List.of(1) : List.of(1, 2, 4));
        scenarios.run(Duration.ofMillis(Long.parseLong(databaseDelay.replaceFirst("ms$", ""))));
        return scenarios.findings();
    }

    private void onSqlite(Laboratory laboratory, List<Subject> subjects) throws IOException, InterruptedException {
        var allWorkers = !workers.isEmpty() ? workers : quick || isSelected() ? List.of(1) : List.of(1, 2, 4);
        var allConnections = !connections.isEmpty()
                ? connections
                : quick || isSelected() ? List.of(USUAL_CONNECTIONS) : List.of(64, 1, 16, 256);
        for (int count : allWorkers) {
            try (var servers = new Servers(subjects, count)) {
                for (int many : personas) {
                    fill(servers, many);
                    if (loads(count, USUAL_CONNECTIONS).contains(Loads.UNIFORM)) {
                        for (int connected : isSelected() ? allConnections : List.of(USUAL_CONNECTIONS)) {
                            laboratory.closed(SQLITE, connected, servers.loads(Loads.UNIFORM));
                        }
                    }
                }
                for (int connected : allConnections) {
                    measure(laboratory, servers, connected, loads(count, connected));
                }
                if (open || (!quick && !isSelected() && count == 1)) {
                    openLoops(laboratory, servers, count);
                }
            }
            if (count == 4
                    && subjects.size() == 1
                    && loads(count, USUAL_CONNECTIONS).contains(Loads.PATCH)) {
                contention(laboratory, subjects.getFirst());
            }
        }
    }

    private void measure(Laboratory laboratory, Servers servers, int connected, List<String> loads)
            throws IOException, InterruptedException {
        for (String load : loads) {
            if (load.equals(Loads.HOT)) {
                hot(laboratory, servers, connected, loads.contains(Loads.PATCH));
            } else if (!load.equals(Loads.UNIFORM) && !(load.equals(Loads.PATCH) && loads.contains(Loads.HOT))) {
                laboratory.closed(SQLITE, connected, servers.loads(load));
            }
        }
    }

    /// Patches of one persona, in turn with patches of many where these are wanted, too.
    private void hot(Laboratory laboratory, Servers servers, int connected, boolean alsoMany)
            throws IOException, InterruptedException {
        var hot = new ArrayList<HotPersona>();
        for (var each : servers.running) {
            hot.add(new HotPersona(each.subject.name, each.target));
        }
        var loads = new ArrayList<Load>();
        if (alsoMany) {
            loads.addAll(servers.loads(Loads.PATCH));
        }
        hot.forEach(persona -> loads.add(persona.load()));
        laboratory.closed(SQLITE, connected, loads);
        long lost = 0;
        for (var persona : hot) {
            lost += persona.lost();
        }
        figures.add(Figure.atMost(
                0,
                "lost edits of one persona (connections: " + connected + ", workers: "
                        + servers.running.getFirst().target.workers() + ")",
                "edits",
                List.of((double) lost)));
    }

    /// Four workers that write to one database, in turn with one that has a database of its own.
    private void contention(Laboratory laboratory, Subject like) throws IOException, InterruptedException {
        var one = subject("", like.home, like.data.resolveSibling("one"));
        var four = subject("", like.home, like.data.resolveSibling("four"));
        try (var alone = new Servers(List.of(one), 1);
                var contending = new Servers(List.of(four), 4)) {
            var loads = new ArrayList<Load>();
            for (var servers : List.of(alone, contending)) {
                fill(servers, personas.getFirst());
                for (var load : servers.loads(Loads.PATCH)) {
                    loads.add(load.withoutTarget());
                }
            }
            laboratory.closed(SQLITE, USUAL_CONNECTIONS, loads);
        }
    }

    private void measureStarts(Path home, Path temporary) throws IOException {
        int times = quick ? 3 : 20;
        var fresh = IntStream.rangeClosed(0, times)
                .mapToObj(i -> temporary.resolve("start-" + i))
                .toList();
        figures.add(Figure.atMost(1, "start without data, to the first answer", "s", Starts.seconds(home, fresh)));
        figures.add(Figure.atMost(
                1,
                "start with an empty store, to the first answer",
                "s",
                Starts.seconds(home, Collections.nCopies(times + 1, fresh.getFirst()))));
    }

    /// What becomes of a server with a million personas.
    private void measureMillion(Laboratory laboratory, Subject subject) throws IOException, InterruptedException {
        int step = quick ? 1_000 : 100_000;
        int all = 10 * step;
        String personas = String.format(Locale.ROOT, "%,d personas", all);
        try (var servers = new Servers(List.of(subject), 1)) {
            var running = servers.running.getFirst();
            var loaded = new ArrayList<Double>();
            for (int many = step; many <= all; many += step) {
                loaded.add(Personas.fill(running.server.address(), subject.ids, many));
            }
            figures.add(Figure.atLeast(
                    20_000,
                    String.format(
                            Locale.ROOT,
                            "creating %,d personas in arrays of %d over %d connections, again and again",
                            step,
                            Personas.PER_REQUEST,
                            Personas.CREATORS),
                    "documents/s",
                    loaded));
            memory(running, "after " + personas + " were created");
            for (String load : List.of("get", Loads.UNIFORM, "list", Loads.PATCH)) {
                laboratory.closed(SQLITE, USUAL_CONNECTIONS, servers.loads(load));
            }
            memory(running, "after load on " + personas);
        }
        var seconds = Starts.seconds(subject.home, Collections.nCopies(quick ? 4 : 11, subject.data));
        for (double limit : List.of(1.0, 2.0)) {
            figures.add(Figure.atMost(limit, "start with " + personas + ", to the first answer", "s", seconds));
        }
    }

    private void memory(Servers.Running running, String when) {
        figures.add(Figure.atMost(
                250,
                "memory of the worker " + when,
                "MB",
                List.of(running.target.residentBytes().getAsLong() / 1e6)));
    }

    /// Each choice of JVM settings in turn with none.
    private void compareSettings(Laboratory laboratory, Path home, Path temporary)
            throws IOException, InterruptedException {
        for (var choice : JvmSettings.ALL) {
            var directory = Files.createTempDirectory(temporary, "settings-");
            var flags = new ArrayList<>(settings);
            flags.addAll(choice.flags());
            var shipped = subject("as shipped", home, directory.resolve("shipped"));
            var other = new Subject(
                    choice.name(), home, directory.resolve("other"), new Ids(), flags, choice.javaOptions());
            try (var servers = new Servers(List.of(shipped, other), workers.isEmpty() ? 1 : workers.getFirst())) {
                fill(servers, personas.getFirst());
                for (String load : loads.isEmpty() ? List.of("get", "list", Loads.PATCH) : loads) {
                    laboratory.closed(
                            SQLITE,
                            connections.isEmpty() ? USUAL_CONNECTIONS : connections.getFirst(),
                            servers.loads(load));
                }
            }
            remove(directory);
        }
    }

    private void openLoops(Laboratory laboratory, Servers servers, int count) throws IOException, InterruptedException {
        var wanted = loads.isEmpty() ? List.of("livez", "get", "patch", "mixed") : loads;
        for (var closed : laboratory.results()) {
            if (closed.workers() == count
                    && closed.connections() == USUAL_CONNECTIONS
                    && wanted.contains(closed.load())) {
                for (var load : servers.loads(closed.load())) {
                    if (load.server().equals(closed.server())) {
                        laboratory.open(closed, load, 0.5);
                    }
                }
            }
        }
    }

    private static void fill(Servers servers, int count) throws IOException, InterruptedException {
        for (var running : servers.running) {
            Personas.fill(running.server.address(), running.subject.ids, count);
        }
    }

    /// One server of each subject.
    private static final class Servers implements AutoCloseable {
        private record Running(Subject subject, Server server, Target target) {}

        private final List<Running> running = new ArrayList<>();

        Servers(List<Subject> subjects, int workers) throws IOException {
            for (var subject : subjects) {
                var flags = new ArrayList<>(List.of("--data=" + subject.data));
                flags.addAll(subject.settings);
                var server = new Server(subject.home, workers, flags, subject.javaOptions);
                running.add(new Running(subject, server, Target.of(server)));
            }
        }

        List<Load> loads(String name) throws IOException {
            var loads = new ArrayList<Load>();
            for (var each : running) {
                loads.add(Loads.named(name, each.subject.name, each.target, each.subject.ids));
            }
            return loads;
        }

        @Override
        public void close() {
            for (var each : running) {
                each.server.close();
            }
        }
    }

    private LinkedHashMap<String, String> about(Path home) throws IOException {
        var machine = Machine.here();
        var about = new LinkedHashMap<String, String>();
        about.put("name", name);
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("commit", Machine.commit(home));
        if (against != null) {
            about.put("other", Machine.commit(against));
        }
        about.put(
                "command",
                "`benchmarks/run "
                        + String.join(
                                " ",
                                spec.commandLine().getParseResult().originalArgs().stream()
                                        .map(argument -> against != null && argument.contains(against.toString())
                                                ? argument.replace(against.toString(), "…")
                                                : argument)
                                        .toList())
                        + "`");
        about.put(
                "machine",
                machine.cores() + " cores, " + machine.processor() + ", " + machine.kernel()
                        + "; driver and server share it");
        about.put("JDK", machine.jdk());
        String options = System.getenv("MIEN_JAVA_OPTIONS");
        if (options != null) {
            about.put("MIEN_JAVA_OPTIONS", "`" + options + "`");
        }
        about.put("load average", Machine.loadAverage());
        about.put("rounds", rounds + " of " + roundMillis + " ms");
        return about;
    }

    static void remove(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
