package dev.mien.benchmarks.parts;

import dev.mien.benchmarks.Machine;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What do single parts of the server cost? Runs the benchmarks of this module and writes a report.
@Command(
        name = "benchmarks/parts",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Measures single parts of the server in processes of their own (JMH), and writes what they cost into",
            "benchmarks/results/NAME. All of them take about a quarter of an hour.",
            "",
            "  EditRule       merge patch and validation, which run inside the transaction of an edit",
            "  Header         token, entity tag and preconditions",
            "  Store          reading and writing one document, in SQLite and PostgreSQL",
            "  CommitQueue    edits a second by how many wait",
            "  FreshRead      reads a second that join a freshness check",
            "",
        })
final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            defaultValue = "",
            description = "only benchmarks whose name this is found in, a regular expression")
    private String pattern;

    @Option(names = "--name", description = "the folder of the results (default: ${DEFAULT-VALUE})")
    private String name = "parts";

    @Option(names = "--quick", description = "a minute or two, only to see them run: too short for figures")
    private boolean quick;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).setUsageHelpWidth(110).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        int forks = quick ? 1 : 2;
        int warmUps = quick ? 1 : 3;
        int rounds = quick ? 2 : 5;
        int millis = quick ? 200 : 1_000;
        var options = new OptionsBuilder()
                .include("\\.\\w*" + (pattern.isEmpty() ? "Benchmark" : pattern))
                .forks(forks)
                .warmupIterations(warmUps)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementIterations(rounds)
                .measurementTime(TimeValue.milliseconds(millis))
                .shouldFailOnError(true)
                .jvmArgs("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
                .build();
        var results = new Runner(options).run();

        var home = Path.of(System.getProperty("mien.home"));
        var machine = Machine.here();
        var about = new LinkedHashMap<String, String>();
        about.put("name", name);
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("commit", Machine.commit(home));
        about.put(
                "command",
                "`benchmarks/parts "
                        + String.join(" ", spec.commandLine().getParseResult().originalArgs())
                        + "`");
        about.put("machine", machine.cores() + " cores, " + machine.processor() + ", " + machine.kernel());
        about.put("JDK", machine.jdk());
        about.put("JVM options", "`" + String.join(" ", options.getJvmArgs().orElse(List.of())) + "`");
        about.put("load average", Machine.loadAverage());
        about.put("processes", "" + forks);
        about.put("rounds", rounds + " of " + millis + " ms in each process, after " + warmUps + " that do not count");
        new Report(about, results.stream().map(Part::of).toList())
                .write(home.resolve("benchmarks").resolve("results").resolve(name));
        System.err.println("written to benchmarks/results/" + name);
        return 0;
    }
}
