package dev.mien.cli;

import java.util.ArrayList;
import java.util.List;

/// This program, to be run once more in another process.
final class Program {
    private Program() {}

    /// The command line that runs `arguments` on the same JDK and classes as this process, to be added to.
    static List<String> command(List<String> jvmFlags, String... arguments) {
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.add("--enable-native-access=ALL-UNNAMED");
        String cache = System.getProperty("mien.aot-cache");
        if (cache != null) {
            command.addAll(List.of(
                    "-XX:AOTCache=" + cache, "-Xlog:disable", "-Xlog:all=error:stderr", "-Dmien.aot-cache=" + cache));
        }
        command.addAll(jvmFlags);
        // As in the launcher; behind ours, so that they win.
        String wanted = System.getenv().getOrDefault("MIEN_JAVA_OPTIONS", "").strip();
        if (!wanted.isEmpty()) {
            command.addAll(List.of(wanted.split("\\s+")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
