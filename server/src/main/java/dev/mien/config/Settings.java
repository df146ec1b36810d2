package dev.mien.config;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All settings of a server, and where a value for one may come from: a flag, an environment variable, a properties
/// file, the default; the first that has it wins.
public final class Settings {

    /// One setting in its three spellings.
    ///
    /// @param key as in a properties file: `commit.maximum-edits`
    /// @param type `int`, `long`, `boolean`, [Duration], [Path] or [String]
    public record Key(String key, Class<?> type, String description, String byDefault, boolean secret) {
        public String flag() {
            return "--" + key.replace('.', '-');
        }

        public String variable() {
            return "MIEN_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        }

        /// What stands for a value in `--help`; empty for a switch.
        public String placeholder() {
            return type == boolean.class
                    ? ""
                    : type == Duration.class
                            ? "DURATION"
                            : type == Path.class ? "DIR" : type == String.class ? "TEXT" : "N";
        }
    }

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /// @param flags values by key
    /// @param environment as of [System#getenv()]
    /// @param file a properties file; null for none
    /// @throws IllegalArgumentException in one clear sentence, for a file that cannot be read or a key that does not
    /// exist
    public static Settings of(Map<String, String> flags, Map<String, String> environment, @Nullable Path file) {
        var known = new TreeSet<String>();
        var values = new HashMap<>(file == null ? Map.of() : read(file));
        for (var key : keys()) {
            known.add(key.key());
            String fromEnvironment = environment.get(key.variable());
            if (fromEnvironment != null) {
                values.put(key.key(), fromEnvironment);
            }
        }
        values.putAll(flags);
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "there is no setting '" + key + "'; there are: " + String.join(", ", known));
            }
        }
        return new Settings(values);
    }

    private static Map<String, String> read(Path file) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot read the settings in " + file + ": " + e.getMessage(), e);
        }
        var values = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return values;
    }

    /// Every setting there is, in the order of [ServerConfig].
    public static List<Key> keys() {
        var keys = new ArrayList<Key>();
        for (var component : ServerConfig.class.getRecordComponents()) {
            if (component.getType().isRecord()) {
                for (var inner : component.getType().getRecordComponents()) {
                    keys.add(key(component.getName() + ".", inner));
                }
            } else {
                keys.add(key("", component));
            }
        }
        return keys;
    }

    private static Key key(String prefix, RecordComponent component) {
        var setting = component.getAnnotation(Setting.class);
        String name = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return new Key(prefix + name, component.getType(), setting.value(), setting.byDefault(), setting.secret());
    }

    /// The settings as records.
    ///
    /// @throws IllegalArgumentException in one clear sentence, for a value that is no such thing or out of its range
    public ServerConfig toConfig() {
        return build(ServerConfig.class, "");
    }

    private <R> R build(Class<R> type, String prefix) {
        var arguments = Arrays.stream(type.getRecordComponents())
                .map(component -> component.getType().isRecord()
                        ? build(component.getType(), component.getName() + ".")
                        : value(key(prefix, component)))
                .toArray();
        try {
            var types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            if (e.getCause() instanceof IllegalArgumentException outOfRange) {
                throw outOfRange;
            }
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        }
    }

    private Object value(Key key) {
        String text = values.getOrDefault(key.key(), key.byDefault()).strip();
        try {
            return parse(text, key.type());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(key.flag() + ": '" + text + "' is no " + noun(key.type()), e);
        }
    }

    private static Object parse(String text, Class<?> type) {
        if (type == int.class) {
            return Integer.parseInt(text);
        } else if (type == long.class) {
            return Long.parseLong(text);
        } else if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(text);
            }
            return Boolean.parseBoolean(text);
        } else if (type == Path.class) {
            return Path.of(text);
        } else if (type == Duration.class) {
            return duration(text);
        }
        return text;
    }

    private static String noun(Class<?> type) {
        if (type == Duration.class) {
            return "duration; write it like 500ms, 10s, 2m or 1h";
        }
        return type == boolean.class ? "true or false" : type == Path.class ? "path" : "whole number";
    }

    /// A duration as a person writes it: `500ms`, `10s`, `2m` or `1h`.
    ///
    /// @throws IllegalArgumentException for anything else
    /// @throws ArithmeticException for a longer one than there are
    public static Duration duration(String text) {
        var parts = text.split("(?<=\\d)(?=[a-z])", 2);
        long amount = Long.parseLong(parts[0]);
        return switch (parts.length < 2 ? "" : parts[1]) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> throw new IllegalArgumentException(text);
        };
    }

    /// The settings that differ from their defaults, for the line that is logged at the start. Without secrets.
    public Map<String, String> changed() {
        var changed = new TreeMap<String, String>();
        for (var key : keys()) {
            String value = values.get(key.key());
            if (value != null && !value.equals(key.byDefault())) {
                changed.put(key.key(), key.secret() ? "(secret)" : withoutSecrets(value));
            }
        }
        return changed;
    }

    /// The value without the parameters of an address, one of which may be a password.
    public static String withoutSecrets(String value) {
        return value.startsWith("jdbc:") ? value.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//") : value;
    }
}
