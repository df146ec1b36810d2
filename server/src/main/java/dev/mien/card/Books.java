package dev.mien.card;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Lorebooks from one specification to another.
final class Books {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /// Leading lines of an entry that give orders, with the empty lines around them.
    private static final Pattern DECORATORS =
            Pattern.compile("\\A(?:[ \\t]*\\R)*+(?:[ \\t]*@@[^\\r\\n]*+(?:\\R|\\z)(?:[ \\t]*\\R)*+)++");

    private static final Set<String> BOOK =
            Set.of("name", "description", "scan_depth", "token_budget", "recursive_scanning", "extensions", "entries");
    private static final Set<String> ENTRY = Set.of(
            "keys",
            "content",
            "extensions",
            "enabled",
            "insertion_order",
            "case_sensitive",
            "name",
            "priority",
            "id",
            "comment",
            "selective",
            "secondary_keys",
            "constant",
            "position",
            "use_regex");

    private Books() {}

    /// A book with every member that the specification wants.
    static ObjectNode completed(ObjectNode book, Spec spec) {
        var complete = book.deepCopy();
        putIfAbsent(complete, "extensions", NODES.objectNode());
        putIfAbsent(complete, "entries", NODES.arrayNode());
        if (complete.get("entries") instanceof ArrayNode entries) {
            int position = 0;
            for (var each : entries) {
                if (each instanceof ObjectNode entry) {
                    putIfAbsent(entry, "keys", NODES.arrayNode());
                    putIfAbsent(entry, "content", NODES.stringNode(""));
                    putIfAbsent(entry, "extensions", NODES.objectNode());
                    putIfAbsent(entry, "enabled", NODES.booleanNode(true));
                    putIfAbsent(entry, "insertion_order", NODES.numberNode(position));
                    if (spec == Spec.V3) {
                        putIfAbsent(entry, "use_regex", NODES.booleanNode(false));
                    }
                }
                position++;
            }
        }
        return complete;
    }

    private static void putIfAbsent(ObjectNode object, String name, JsonNode value) {
        if (!object.has(name)) {
            object.set(name, value);
        }
    }

    /// A book as version 2 has it. What that does not know stands in each entry's own extensions, so that it goes where
    /// the entry goes, whatever another program does to the book.
    ///
    /// @param lost where to add what readers of version 2 do not see
    static ObjectNode reduced(ObjectNode book, List<Loss> lost) {
        var reduced = completed(book, Spec.V2);
        if (reduced.get("entries") instanceof ArrayNode entries) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i) instanceof ObjectNode entry) {
                    reduce(entry, "/data/character_book/entries/" + i, lost);
                }
            }
        }
        return reduced;
    }

    private static void reduce(ObjectNode entry, String pointer, List<Loss> lost) {
        var kept = NODES.objectNode();
        var regex = entry.remove("use_regex");
        if (regex != null) {
            kept.set("use_regex", regex);
            if (regex.asBoolean(false)) {
                lost.add(Loss.kept(pointer + "/use_regex"));
            }
        }
        if (entry.path("id").isString()) {
            kept.set("id", entry.remove("id"));
            lost.add(Loss.kept(pointer + "/id"));
        }
        String content = entry.path("content").stringValue("");
        var decorators = DECORATORS.matcher(content);
        if (decorators.find()) {
            kept.put("decorators", decorators.group());
            entry.put("content", content.substring(decorators.end()));
            lost.add(Loss.kept(pointer + "/content"));
        }
        if (!kept.isEmpty() && entry.get("extensions") instanceof ObjectNode extensions) {
            extensions.set(CardTree.V3_KEPT, kept);
        }
    }

    /// Puts back, in place, what was taken out of a book for version 2.
    static void restore(JsonNode book) {
        for (var each : book.path("entries")) {
            if (each instanceof ObjectNode entry
                    && entry.get("extensions") instanceof ObjectNode extensions
                    && extensions.remove(CardTree.V3_KEPT) instanceof ObjectNode kept) {
                for (String name : List.of("use_regex", "id")) {
                    if (kept.has(name) && !entry.has(name)) {
                        entry.set(name, kept.get(name));
                    }
                }
                String decorators = kept.path("decorators").stringValue("");
                if (!decorators.isEmpty()) {
                    entry.put("content", decorators + entry.path("content").stringValue(""));
                }
            }
        }
    }

    /// The pointers of members that no specification knows.
    static void unknown(JsonNode book, String pointer, List<String> unknown) {
        names(book, BOOK, pointer, unknown);
        int position = 0;
        for (var entry : book.path("entries")) {
            names(entry, ENTRY, pointer + "/entries/" + position, unknown);
            position++;
        }
    }

    private static void names(JsonNode object, Set<String> known, String pointer, List<String> unknown) {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                unknown.add(pointer + "/" + Pointers.escape(name));
            }
        }
        for (String name : object.path("extensions").propertyNames()) {
            unknown.add(pointer + "/extensions/" + Pointers.escape(name));
        }
    }
}
