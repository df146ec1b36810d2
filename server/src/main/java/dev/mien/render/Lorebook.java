package dev.mien.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A lorebook as it is used, read from whatever a card holds.
///
/// @param scanDepth how many of the latest messages are looked at; null where it does not say
/// @param tokenBudget most tokens of all entries together; null for no limit
/// @param recursive whether an entry may call up others
record Lorebook(@Nullable Integer scanDepth, @Nullable Integer tokenBudget, boolean recursive, List<Entry> entries) {
    static final Lorebook NONE = new Lorebook(null, null, false, List.of());

    /// One entry.
    ///
    /// @param number its place in the book, from 0
    /// @param label its name, or else its comment, or else its first key
    /// @param id as given; null for none
    /// @param afterCharacter whether it stands behind the character and not before
    /// @param depth of an entry that other programs keep at a depth; null for the others
    record Entry(
            int number,
            String label,
            @Nullable JsonNode id,
            List<String> keys,
            List<String> secondaryKeys,
            boolean selective,
            boolean regex,
            boolean caseSensitive,
            boolean constant,
            boolean enabled,
            String content,
            double order,
            double priority,
            boolean afterCharacter,
            @Nullable Integer depth,
            String role) {}

    static Lorebook of(@Nullable JsonNode json) {
        if (json == null || !json.isObject()) {
            return NONE;
        }
        var book = json.path("data").isObject() && !json.has("entries") ? json.path("data") : json;
        var entries = new ArrayList<Entry>();
        for (var entry : book.path("entries")) {
            if (entry.isObject()) {
                entries.add(entry(entry, entries.size()));
            }
        }
        var budget = number(book.path("token_budget"));
        return new Lorebook(
                number(book.path("scan_depth")),
                budget == null || budget <= 0 ? null : budget,
                flag(book.path("recursive_scanning"), false),
                entries);
    }

    private static Entry entry(JsonNode entry, int number) {
        var keys = keys(entry.path(entry.has("keys") ? "keys" : "key"));
        var secondary = keys(entry.path(entry.has("secondary_keys") ? "secondary_keys" : "keysecondary"));
        double order = amount(entry.path(entry.has("insertion_order") ? "insertion_order" : "order"), 100);
        String label = entry.path("name").stringValue("");
        if (label.isBlank()) {
            label = entry.path("comment").stringValue("");
        }
        if (label.isBlank()) {
            label = keys.isEmpty() ? "entry " + (number + 1) : keys.getFirst();
        }
        var position = entry.path("position");
        var extensions = entry.path("extensions");
        Integer kept = Integer.valueOf(4).equals(number(extensions.path("position")))
                ? number(extensions.path("depth"))
                : null;
        Integer role = number(extensions.path("role"));
        var id = entry.path(entry.has("id") ? "id" : "uid");
        return new Entry(
                number,
                label,
                id.isNumber() || id.isString() ? id : null,
                keys,
                secondary,
                flag(entry.path("selective"), false),
                flag(entry.path("use_regex"), false),
                flag(entry.path("case_sensitive"), false),
                flag(entry.path("constant"), false),
                flag(entry.path("enabled"), true) && !flag(entry.path("disable"), false),
                entry.path("content").stringValue(""),
                order,
                amount(entry.path("priority"), order),
                position.stringValue("").startsWith("after") || (position.isNumber() && position.intValue() == 1),
                kept,
                role == null || role == 0 ? Message.SYSTEM : role == 1 ? Message.USER : Message.ASSISTANT);
    }

    /// The keys of a list, or of a text with commas in between.
    private static List<String> keys(JsonNode json) {
        if (json.isString()) {
            return keys(json.stringValue());
        }
        var keys = new ArrayList<String>();
        for (var key : json) {
            if (key.isString() && !key.stringValue().isBlank()) {
                keys.add(key.stringValue().strip());
            }
        }
        return keys;
    }

    static List<String> keys(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(key -> !key.isEmpty())
                .toList();
    }

    private static boolean flag(JsonNode json, boolean byDefault) {
        if (json.isString()) {
            return switch (json.stringValue().strip().toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> byDefault;
            };
        }
        return json.isBoolean() ? json.booleanValue() : byDefault;
    }

    private static @Nullable Integer number(JsonNode json) {
        double amount = amount(json, Double.NaN);
        return Double.isNaN(amount) ? null : Integer.valueOf((int) amount);
    }

    private static double amount(JsonNode json, double byDefault) {
        if (json.isNumber()) {
            return json.doubleValue();
        }
        if (json.isString()) {
            try {
                return Double.parseDouble(json.stringValue().strip());
            } catch (NumberFormatException notANumber) {
                return byDefault;
            }
        }
        return byDefault;
    }
}
