package dev.mien.cli;

import dev.mien.worker.Worker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Runs one worker, on the orders of the supervisor that started it.
@Command(
        name = "worker",
        hidden = true,
        mixinStandardHelpOptions = true,
        modelTransformer = ServeCommand.Options.class,
        description = "Run one worker. Only `mien serve` does this.")
final class WorkerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--number", required = true, description = "the worker's number, from 1")
    private int number;

    @Option(names = "--supervisor", required = true, description = "the supervisor's process id")
    private long supervisor;

    @Override
    public Integer call() {
        // Standard output belongs to the answers; whatever else is printed must not get between them.
        var answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new Worker(ServerSettings.config(spec), number, answers).run(supervisor);
        return 0;
    }
}
