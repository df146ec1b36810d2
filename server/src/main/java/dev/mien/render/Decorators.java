package dev.mien.render;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The decorators at the head of a lorebook entry: lines `@@name value`, each followed by any number of lines
/// `@@@name value` that count where those above are not known, not valid or cannot be followed.
///
/// @param content what remains of the entry
record Decorators(Map<String, List<String>> values, String content) {
    private static final Pattern LINE = Pattern.compile("(@{2,3})([A-Za-z_][A-Za-z0-9_]*)(?:[ \\t]+(.*?))?\\s*");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,6}");
    private static final Set<String> WITHOUT_VALUE = Set.of(
            "keep_activate_after_match",
            "dont_activate_after_match",
            "ignore_on_max_context",
            "dont_activate",
            "activate");
    private static final Set<String> NUMBERS = Set.of("activate_only_after", "depth", "reverse_depth", "scan_depth");
    private static final Set<String> LISTS = Set.of("additional_keys", "exclude_keys");

    /// @param greetingKnown whether it is known which greeting the conversation began with
    static Decorators of(String entry, boolean greetingKnown) {
        var values = new HashMap<String, List<String>>();
        boolean settled = true;
        int at = 0;
        while (at < entry.length()) {
            int end = entry.indexOf('\n', at);
            String line = entry.substring(at, end < 0 ? entry.length() : end);
            var matcher = LINE.matcher(line);
            if (matcher.matches()) {
                boolean fallback = matcher.group(1).length() == 3;
                if (!fallback || !settled) {
                    String name = matcher.group(2);
                    String value = matcher.group(3) == null ? "" : matcher.group(3);
                    settled = isFollowed(name, value, greetingKnown);
                    if (settled && (LISTS.contains(name) || !values.containsKey(name))) {
                        values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
                    }
                }
            } else if (!line.isBlank()) {
                break;
            }
            at = end < 0 ? entry.length() : end + 1;
        }
        return new Decorators(values, entry.substring(at));
    }

    private static boolean isFollowed(String name, String value, boolean greetingKnown) {
        if (WITHOUT_VALUE.contains(name)) {
            return value.isEmpty();
        } else if (NUMBERS.contains(name)) {
            return NUMBER.matcher(value).matches();
        } else if (LISTS.contains(name)) {
            return !value.isBlank();
        }
        return switch (name) {
            case "activate_only_every" -> NUMBER.matcher(value).matches() && Integer.parseInt(value) > 0;
            case "is_greeting" -> greetingKnown && NUMBER.matcher(value).matches();
            case "role" -> Set.of("assistant", "system", "user").contains(value);
            case "position" ->
                Set.of("after_desc", "before_desc", "personality", "scenario").contains(value);
            case "disable_ui_prompt" ->
                Set.of("post_history_instructions", "system_prompt").contains(value);
            default -> false;
        };
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    @Nullable String text(String name) {
        var found = values.get(name);
        return found == null ? null : found.getFirst();
    }

    OptionalInt number(String name) {
        String text = text(name);
        return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    /// The keys of every decorator with this name, one list for each.
    List<List<String>> keys(String name) {
        return values.getOrDefault(name, List.of()).stream().map(Lorebook::keys).toList();
    }
}
