package dev.mien.cli;

import dev.mien.worker.LogConfig;
import dev.mien.worker.Supervisor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Runs a server: a supervisor and its workers.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        modelTransformer = ServeCommand.Options.class,
        description = "Run a server: workers behind one port, and a supervisor that looks after them.",
        footer = {
            "",
            "SIGTERM lets requests under way end, then the server ends. SIGHUP restarts the workers one after another.",
            "Each option may also stand in a file (--config) or in the environment: --commit-timeout is commit.timeout"
                    + " there and MIEN_COMMIT_TIMEOUT here."
        })
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    static final class Options implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            ServerSettings.addOptions(spec);
            return spec;
        }
    }

    @Override
    public Integer call() {
        System.setProperty(LogConfig.PROCESS, "supervisor");
        var config = ServerSettings.config(spec);
        String file = ServerSettings.file(spec);
        var settings = ServerSettings.given(spec);
        new Supervisor(
                        config,
                        ServerSettings.settings(spec).changed(),
                        (number, port) ->
                                workerCommand(number, port, config.worker().heapMegabytes(), file, settings),
                        System.out)
                .run();
        LogConfig.flush();
        return 0;
    }

    /// The same program on the same JDK, as a worker.
    private static List<String> workerCommand(
            int number, int port, int heapMegabytes, String file, Map<String, String> settings) {
        var flags = List.of(
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                // What SQLite once needed and freed would else stay with the process.
                "-XX:TrimNativeHeapInterval=30000",
                "-D" + LogConfig.PROCESS + "=worker " + number);
        var own = new TreeMap<>(settings);
        own.put("port", Integer.toString(port));
        return WorkerMain.command(
                flags,
                number,
                ProcessHandle.current().pid(),
                file,
                own.entrySet().stream().map(Object::toString).toList());
    }
}
