package dev.mien.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// This program, to be run once more in another process.
final class Program {
    private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use\\w*GC\\b");

    private Program() {}

    /// The command line that runs `arguments` on the same JDK and classes as this process, to be added to.
    static List<String> command(List<String> jvmFlags, String... arguments) {
        return command(jvmFlags, Main.class, arguments);
    }

    /// The same with another class to begin with.
    static List<String> command(List<String> jvmFlags, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.add("--enable-native-access=ALL-UNNAMED");
        // Reflection that is used once, as for settings, is not worth the classes that the JVM would make for it.
        command.add("-Djdk.reflect.useNativeAccessorOnly=true");
        String cache = System.getProperty("mien.aot-cache");
        if (cache != null) {
            command.addAll(List.of(
                    "-XX:AOTCache=" + cache, "-Xlog:disable", "-Xlog:all=error:stderr", "-Dmien.aot-cache=" + cache));
        }
        command.addAll(jvmFlags(jvmFlags, System.getenv().getOrDefault("MIEN_JAVA_OPTIONS", "")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// Our flags and then the wanted ones, so that these win, as in the launcher. Of collectors a JVM takes but one.
    ///
    /// @param wanted separated by spaces
    static List<String> jvmFlags(List<String> ours, String wanted) {
        var flags = new ArrayList<>(ours);
        if (COLLECTOR.matcher(wanted).find()) {
            flags.removeIf(flag -> COLLECTOR.matcher(flag).find());
        }
        if (!wanted.isBlank()) {
            flags.addAll(List.of(wanted.strip().split("\\s+")));
        }
        return flags;
    }
}
