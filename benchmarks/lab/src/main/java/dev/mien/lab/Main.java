package dev.mien.lab;

import dev.mien.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.hibernate.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What does a session give back after an update that went past it, and what do the remedies do and cost?
@Command(
        name = "benchmarks/lab/run",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Rebuilds the stale session with Hibernate ORM on SQLite, tries every remedy, prints what was observed, and"
                    + " writes it into benchmarks/results/NAME.",
            "docs/stale-session.md explains the tables.",
        })
final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--name", description = "the folder of the results (default: ${DEFAULT-VALUE})")
    private String name = "stale-session";

    @Option(names = "--quick", description = "2 rounds instead of 15, so the times are rough")
    private boolean quick;

    @Option(names = "--rounds", description = "rounds in which the ways take turns (default: 15; quick: 2)")
    private int rounds;

    private Main() {}

    public static void main(String[] arguments) {
        var commandLine = new CommandLine(new Main());
        commandLine.setUsageHelpWidth(110);
        System.exit(commandLine.execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        rounds = rounds > 0 ? rounds : quick ? 2 : 15;
        var home = Path.of(System.getProperty("mien.home"));
        var directory = Files.createTempDirectory("mien-lab-");
        Report report;
        try (var database = new Database(directory)) {
            database.fill(Stopwatch.OBJECTS.getLast());
            List<Observation> observations;
            try (var neighbour = new Neighbour(directory)) {
                observations = new Observer(database, neighbour).observeAll();
            }
            var times = new Stopwatch(database).run(rounds);
            report = new Report(about(home, database), observations, times);
        } finally {
            remove(directory);
        }
        var results = home.resolve("benchmarks").resolve("results").resolve(name);
        report.write(results);
        System.out.println(Files.readString(results.resolve("README.md")));
        System.err.println("written to benchmarks/results/" + name);
        return 0;
    }

    private LinkedHashMap<String, String> about(Path home, Database database) throws IOException {
        var machine = Machine.here();
        var about = new LinkedHashMap<String, String>();
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("commit", Machine.commit(home));
        about.put(
                "command",
                "`"
                        + String.join(
                                        " ",
                                        "benchmarks/lab/run",
                                        String.join(
                                                " ",
                                                spec.commandLine()
                                                        .getParseResult()
                                                        .originalArgs()))
                                .strip()
                        + "`");
        about.put("machine", machine.cores() + " cores, " + machine.processor() + ", " + machine.kernel());
        about.put("JDK", machine.jdk());
        about.put("Hibernate ORM", Version.getVersionString());
        about.put("SQLite", database.sqliteVersion() + ", WAL, `synchronous=FULL`");
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        about.put("load average", load + " over the last minute, the run's own included");
        about.put("rounds", rounds + ", after one that is not counted");
        return about;
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
