package dev.mien.cli;

import dev.mien.api.MienClient;
import dev.mien.checker.Verification;
import dev.mien.checker.fault.BulkSql;
import dev.mien.checker.fault.CheckpointStorm;
import dev.mien.checker.fault.Injector;
import dev.mien.checker.fault.Kill;
import dev.mien.checker.fault.Pause;
import dev.mien.checker.fault.RollingRestart;
import dev.mien.checker.fault.WriteLock;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.HistoryReader;
import dev.mien.checker.history.HistoryWriter;
import dev.mien.checker.history.MalformedHistoryException;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.report.Report;
import dev.mien.checker.report.Summary;
import dev.mien.checker.verdict.CheckConfig;
import dev.mien.checker.verdict.Checker;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.workload.Progress;
import dev.mien.checker.workload.WorkloadConfig;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Tries to prove the promise wrong: clients that read and write at random while things are broken, and a verdict on
/// what they saw.
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Try to prove the promise wrong. Clients read and write at random over connections that belong to no worker,"
                    + " while workers are killed and stopped, and every request is recorded. Then a checker decides"
                    + " whether the record is linearizable and nothing acknowledged is lost.",
            "Without --url this starts a server of its own on a store in a temporary directory."
        },
        footer = {
            "",
            "Exit status 0: no violation was found. 1: the promise was broken, or the run could not be made. 2: the run was"
                    + " too weak to count, or the command line is wrong."
        })
final class VerifyCommand implements Callable<Integer> {
    /// What can be broken where the server is our own.
    private enum Breakage {
        KILL(false),
        PAUSE(false),
        ROLLING_RESTART(false),
        SQL(false),
        CHECKPOINT(false),
        DATABASE_CRASH(true),
        SESSION(true),
        NETWORK(true),
        OPEN_TRANSACTION(true);

        /// Whether it takes a database in another process.
        private final boolean needsPostgres;

        Breakage(boolean needsPostgres) {
            this.needsPostgres = needsPostgres;
        }

        static Set<Breakage> all(boolean onPostgres) {
            return Arrays.stream(values())
                    .filter(breakage -> onPostgres || !breakage.needsPostgres)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Breakage.class)));
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final int MACHINES = 2;
    private static final int BUFFER = 1 << 16;
    private static final String NONE = "none";
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "a deployment to verify as it runs; several for several addresses of one store. Documents are"
                    + " created, tagged, and deleted at the end (a deleted document stays readable)")
    private List<URI> urls = new ArrayList<>();

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "30", description = "how long (default: 30)")
    private int seconds;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "requests at the same time (default: 16)")
    private int clients;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "40",
            description = "documents that are worked on; a tenth of them is hot (default: 40)")
    private int keys;

    @Option(
            names = "--write-share",
            paramLabel = "X",
            defaultValue = "0.33",
            description = "how many of the requests write, between 0 and 1 (default: 0.33)")
    private double writeShare;

    @Option(
            names = "--documents-only",
            description =
                    "leave out histories, labels, search, the feed and keys of requests, for a server that has none of"
                            + " them")
    private boolean documentsOnly;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "what the clients and the faults choose by (default: random)")
    private @Nullable Long seed;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "4",
            description = "workers of the server that is started (default: 4)")
    private int workers;

    @Option(
            names = "--postgres",
            description = "on a PostgreSQL that is started for it, and on two machines of half of the workers each: two"
                    + " supervisors that share nothing but the database")
    private boolean postgres;

    @Option(
            names = "--faults",
            paramLabel = "FAULT",
            split = ",",
            description = "what to break, of kill, pause, rolling-restart, sql, checkpoint, and with --postgres also"
                    + " database-crash, session, network and open-transaction; or none (default: all where"
                    + " the server is our own, none with --url)")
    private List<String> faults = new ArrayList<>();

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description = "keep what was recorded, as JSON lines; compressed if the name ends with .gz")
    private @Nullable Path historyFile;

    @Option(names = "--check", paramLabel = "FILE", description = "judge a history that was kept, and run nothing")
    private @Nullable Path checkFile;

    @Option(names = "--report", paramLabel = "DIR", description = "write a page with plots, and the figures behind it")
    private @Nullable Path reportDirectory;

    private PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    private PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        err = spec.commandLine().getErr();
        if (checkFile != null) {
            return judge(read(checkFile));
        }
        var config = config();
        var breakages = breakages();
        urls.forEach(this::requireHttp);
        if (workers < 1 || workers > 64) {
            throw usage("--workers must be between 1 and 64");
        }
        if (postgres && workers % MACHINES != 0) {
            throw usage("--workers must be even with --postgres, which has half of them on each of two machines");
        }
        if (postgres && !urls.isEmpty()) {
            throw usage("--postgres starts servers; it does not go with --url");
        }
        try (var writer = historyFile == null ? null : new HistoryWriter(writer(historyFile))) {
            return urls.isEmpty() ? verifyOwn(config, breakages, writer) : verifyThere(config, writer);
        }
    }

    private WorkloadConfig config() {
        long chosen = seed == null ? new Random().nextInt(1_000_000) : seed;
        try {
            return new WorkloadConfig(
                    chosen, Duration.ofSeconds(seconds), clients, keys, writeShare, PATIENCE, documentsOnly);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Set<Breakage> breakages() {
        if (faults.equals(List.of(NONE)) || (faults.isEmpty() && !urls.isEmpty())) {
            return EnumSet.noneOf(Breakage.class);
        }
        if (!urls.isEmpty()) {
            throw usage("--faults breaks only what was started here; it does not go with --url");
        }
        var possible = Breakage.all(postgres);
        if (faults.isEmpty()) {
            return possible;
        }
        var chosen = EnumSet.noneOf(Breakage.class);
        for (String word : faults) {
            chosen.add(possible.stream()
                    .filter(breakage -> breakage.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> usage("--faults: there is no fault " + word + " here")));
        }
        return chosen;
    }

    private void requireHttp(URI url) {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw usage("--url: " + url + " is not an http or https address");
        }
    }

    private int verifyOwn(WorkloadConfig config, Set<Breakage> breakages, @Nullable HistoryWriter writer)
            throws Exception {
        var directory = Files.createTempDirectory("mien-verify-");
        int status = 1;
        try (var deployment = open(directory)) {
            var metadata = metadata(config);
            metadata.put("workers", Integer.toString(workers));
            metadata.put("store", postgres ? "PostgreSQL, workers on two machines" : "SQLite");
            metadata.put("faults", String.join(" ", words(breakages)));
            var recorder = new Recorder(new Header(config.seed(), metadata), writer);
            var verification = new Verification(config, deployment, injectors(breakages, deployment), recorder);
            var history = verification.run(this::show);
            status = judge(history);
            note(verification.workload().surprises());
            note(verification.failures());
            if (status == 1 && writer == null) {
                HistoryWriter.write(history, writer(directory.resolve("history.jsonl")));
            }
        } finally {
            if (status == 0) {
                Directories.remove(directory);
            } else {
                out.println("Kept for a closer look: " + directory);
            }
        }
        return status;
    }

    private OwnDeployment open(Path directory) throws SQLException {
        if (!postgres) {
            err.println("Starting " + workers + " workers on a store in a temporary directory …");
            return new OwnDeployment(OwnStore.sqlite(directory.resolve("data")), 1, workers, Map.of(), directory);
        }
        err.println("Starting PostgreSQL and two machines of " + workers / MACHINES + " workers …");
        return new OwnDeployment(
                new OwnPostgres(directory.resolve("postgres"), MACHINES),
                MACHINES,
                workers / MACHINES,
                Map.of(),
                directory);
    }

    private static List<String> words(Set<Breakage> breakages) {
        return breakages.isEmpty()
                ? List.of(NONE)
                : breakages.stream().map(Breakage::word).toList();
    }

    private static List<Injector> injectors(Set<Breakage> breakages, OwnDeployment deployment) {
        return breakages.stream()
                .map(breakage -> injector(breakage, deployment))
                .toList();
    }

    private static Injector injector(Breakage breakage, OwnDeployment deployment) {
        var database = deployment.sideDoor();
        return switch (breakage) {
            case KILL -> new Kill(deployment);
            case PAUSE -> new Pause(deployment, database instanceof WriteLock lock ? lock : null);
            case ROLLING_RESTART -> new RollingRestart(deployment);
            case SQL -> new BulkSql(database);
            case CHECKPOINT -> new CheckpointStorm(database);
            case DATABASE_CRASH -> DatabaseFaults.crash((OwnPostgres) deployment.store());
            case SESSION -> DatabaseFaults.session((OwnPostgres) deployment.store());
            case NETWORK -> DatabaseFaults.network((OwnPostgres) deployment.store());
            case OPEN_TRANSACTION -> DatabaseFaults.openTransaction((OwnPostgres) deployment.store());
        };
    }

    private int verifyThere(WorkloadConfig config, @Nullable HistoryWriter writer) throws Exception {
        for (var url : urls) {
            try (var client = new MienClient(url)) {
                if (!client.isReady()) {
                    err.println("mien: no server that is ready answers at " + url);
                    return 1;
                }
            }
        }
        var metadata = metadata(config);
        metadata.put("url", String.join(" ", urls.stream().map(URI::toString).toList()));
        var recorder = new Recorder(new Header(config.seed(), metadata), writer);
        var verification = new Verification(config, () -> urls, List.of(), recorder);
        var workload = verification.workload();
        err.println("The personas of this run are tagged " + workload.tag());
        var history = verification.run(this::show);
        err.println("Deleting the documents of this run …");
        workload.remove(Objects.requireNonNull(history.finalState()));
        int status = judge(history);
        note(workload.surprises());
        return status;
    }

    private static Map<String, String> metadata(WorkloadConfig config) {
        var metadata = new TreeMap<String, String>();
        metadata.put("seconds", Long.toString(config.duration().toSeconds()));
        metadata.put("clients", Integer.toString(config.clients()));
        metadata.put("keys", Integer.toString(config.keys()));
        metadata.put("write share", Double.toString(config.writeShare()));
        return metadata;
    }

    /// Twice a second on a terminal, every five seconds elsewhere.
    private void show(Progress progress) {
        boolean interactive = Terminal.isInteractive();
        double elapsed = progress.elapsedNanos() / 1e9;
        boolean last = elapsed >= seconds;
        if (interactive || last || elapsed % 5 < 0.5) {
            err.printf(
                    Locale.ROOT,
                    "%s%5.0f of %d s: %,d operations answered (%,.0f/s), %,d not, by %d workers%s",
                    interactive ? "\r" : "",
                    elapsed,
                    seconds,
                    progress.answered(),
                    progress.answered() / elapsed,
                    progress.unanswered(),
                    progress.workers(),
                    interactive && !last ? "  " : System.lineSeparator());
            err.flush();
        }
        if (last) {
            err.println("Reading the state at rest through every worker …");
        }
    }

    private int judge(History history) throws IOException {
        err.printf(
                Locale.ROOT, "Judging %,d operations …%n", history.operations().size());
        var verdict = new Checker(CheckConfig.DEFAULT).check(history);
        out.print(Summary.of(history, verdict));
        out.flush();
        if (reportDirectory != null) {
            Report.write(reportDirectory, history, verdict);
            out.println("Report: " + reportDirectory.resolve("index.html"));
        }
        return switch (verdict) {
            case Verdict.Passed passed -> 0;
            case Verdict.Failed failed -> 1;
            case Verdict.VoidRun weak -> 2;
        };
    }

    private void note(Map<String, Long> troubles) {
        troubles.forEach((what, count) -> out.println("Note: " + what + (count > 1 ? " (" + count + " times)" : "")));
    }

    private History read(Path file) {
        try (var in = Files.newInputStream(file);
                var reader = new InputStreamReader(
                        isCompressed(file) ? new GZIPInputStream(in, BUFFER) : in, StandardCharsets.UTF_8)) {
            return HistoryReader.read(reader);
        } catch (MalformedHistoryException e) {
            throw usage("--check: " + file + ": " + e.getMessage());
        } catch (IOException e) {
            throw usage("--check: cannot read " + file + ": " + e);
        }
    }

    /// @throws ParameterException when the file is there already or cannot be made
    private Writer writer(Path file) {
        try {
            var out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new BufferedWriter(
                    new OutputStreamWriter(
                            isCompressed(file) ? new GZIPOutputStream(out, BUFFER) : out, StandardCharsets.UTF_8),
                    BUFFER);
        } catch (IOException e) {
            throw usage("--history: cannot write a new file " + file + ": " + e);
        }
    }

    private static boolean isCompressed(Path file) {
        return file.toString().endsWith(".gz");
    }
}
