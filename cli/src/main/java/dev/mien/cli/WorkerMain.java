package dev.mien.cli;

import dev.mien.config.Settings;
import dev.mien.worker.Worker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;

/// The program of one worker, on the orders of the supervisor that started it.
///
/// Nobody types its command line, so no library takes it apart: that would take a quarter of a worker's start.
public final class WorkerMain {
    private WorkerMain() {}

    /// @param supervisor the process id of the supervisor
    /// @param file a properties file with settings; empty for none
    /// @param settings as `key=value`
    static List<String> command(
            List<String> jvmFlags, int number, long supervisor, String file, List<String> settings) {
        var command =
                Program.command(jvmFlags, WorkerMain.class, Integer.toString(number), Long.toString(supervisor), file);
        command.addAll(settings);
        return command;
    }

    public static void main(String[] arguments) {
        // Standard output belongs to the answers; whatever else is printed must not get between them.
        var answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        int number = Integer.parseInt(arguments[0]);
        long supervisor = Long.parseLong(arguments[1]);
        var file = arguments[2].isEmpty() ? null : Path.of(arguments[2]);
        var settings = new HashMap<String, String>();
        for (int i = 3; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            settings.put(parts[0], parts[1]);
        }
        var config = Settings.of(settings, System.getenv(), file).toConfig();
        new Worker(config, number, answers).run(supervisor);
    }
}
