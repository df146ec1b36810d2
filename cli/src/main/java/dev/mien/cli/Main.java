package dev.mien.cli;

import dev.mien.store.StoreUnavailableException;
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
                "A persona server for AI applications: once an edit is acknowledged, nobody reads the old persona.",
        subcommands = {
            ServeCommand.class,
            TrainCommand.class,
            DemoCommand.class,
            CopyCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            VerifyCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var commandLine = new CommandLine(new Main());
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
