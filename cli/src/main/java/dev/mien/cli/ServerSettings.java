package dev.mien.cli;

import dev.mien.config.ServerConfig;
import dev.mien.config.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// The settings of a server as options of a command, one for each of [Settings#keys()].
final class ServerSettings {
    private static final String FILE = "--config";

    private ServerSettings() {}

    static void addOptions(CommandSpec spec) {
        addOptions(spec, key -> true);
    }

    /// @param wanted which of the settings the command has
    static void addOptions(CommandSpec spec, Predicate<Settings.Key> wanted) {
        for (var key : Settings.keys().stream().filter(wanted).toList()) {
            boolean isSwitch = key.type() == boolean.class;
            spec.addOption(OptionSpec.builder(key.flag())
                    .arity(isSwitch ? "0..1" : "1")
                    .fallbackValue(isSwitch ? "true" : "")
                    .type(String.class)
                    .paramLabel(isSwitch ? "true|false" : key.placeholder())
                    .description(key.description() + " (default: "
                            + (key.byDefault().isEmpty() ? "none" : key.byDefault()) + ")")
                    .build());
        }
        spec.addOption(OptionSpec.builder(FILE)
                .type(Path.class)
                .paramLabel("FILE")
                .description("properties file with settings, such as commit.timeout = 10s; flags and MIEN_… win")
                .build());
    }

    static Settings settings(CommandSpec spec) {
        try {
            var given = spec.commandLine().getParseResult();
            Path file = given.matchedOptionValue(FILE, null);
            return Settings.of(given(spec), System.getenv(), file);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    static ServerConfig config(CommandSpec spec) {
        try {
            return settings(spec).toConfig();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /// The settings that were given as flags, by their keys.
    static Map<String, String> given(CommandSpec spec) {
        var given = spec.commandLine().getParseResult();
        var flags = new HashMap<String, String>();
        for (var key : Settings.keys()) {
            @Nullable String value = given.matchedOptionValue(key.flag(), null);
            if (value != null) {
                flags.put(key.key(), value);
            }
        }
        return flags;
    }

    /// The properties file that was given; empty for none.
    static String file(CommandSpec spec) {
        Path file = spec.commandLine().getParseResult().matchedOptionValue(FILE, null);
        return file == null ? "" : file.toString();
    }
}
