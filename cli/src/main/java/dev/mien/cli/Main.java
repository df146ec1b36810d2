package dev.mien.cli;

import dev.mien.store.StoreUnavailableException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The program. Exit status 0: all went well; 1: it did not; 2: the command line is wrong.
@Command(
        name = "mien",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = "Mien 0.1.0",
        description =
                "A persona server for AI applications: once an edit is acknowledged, nobody reads the old persona.")
public final class Main implements Runnable {
    private record Subcommand(String name, Class<?> type) {}

    private static final List<Subcommand> SUBCOMMANDS = List.of(
            new Subcommand("serve", ServeCommand.class),
            new Subcommand("train", TrainCommand.class),
            new Subcommand("demo", DemoCommand.class),
            new Subcommand("copy", CopyCommand.class),
            new Subcommand("export", ExportCommand.class),
            new Subcommand("import", ImportCommand.class),
            new Subcommand("verify", VerifyCommand.class));

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(arguments.length == 0 ? "" : arguments[0]).execute(arguments));
    }

    static CommandLine commandLine() {
        return commandLine("");
    }

    /// @param first the first argument. Where it names a subcommand, only that one is described: to describe them all
    ///     takes longer than a server takes to start
    static CommandLine commandLine(String first) {
        var commandLine = new CommandLine(new Main());
        var named = SUBCOMMANDS.stream()
                .filter(command -> command.name().equals(first))
                .toList();
        for (var command : named.isEmpty() ? SUBCOMMANDS : named) {
            commandLine.addSubcommand(new CommandLine(command.type()));
        }
        commandLine.setUsageHelpWidth(100);
        commandLine.setParameterExceptionHandler((e, arguments) -> {
            e.getCommandLine().getErr().println(oneLine(e));
            return CommandLine.ExitCode.USAGE;
        });
        commandLine.setExecutionExceptionHandler((e, command, result) -> {
            if (e instanceof StoreUnavailableException) {
                command.getErr().println("mien: " + e.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw e;
        });
        return commandLine;
    }

    private static String oneLine(ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        return "mien: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "; see " + name + " --help";
    }

    /// Without a command there is only help to give.
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
