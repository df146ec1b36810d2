package dev.mien.document;

import dev.mien.api.Violation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The members that a kind of document has, in the order in which they are stored and served.
///
/// The members that the store keeps itself (`id`, `version`, …) may be sent back unchanged, so that a client can edit
/// what it fetched and send the whole; any other value for one is refused.
public final class Schema {
    /// Members that the server sets.
    public static final List<String> KEPT_BY_SERVER = List.of("id", "version", "revision", "created_at", "updated_at");

    private final Map<String, Field> fields = new LinkedHashMap<>();

    public Schema(Field... fields) {
        for (var field : fields) {
            this.fields.put(field.name(), field);
        }
    }

    /// The same schema with one more rule for the texts of a field.
    ///
    /// @param rule takes a text and says what is wrong with it; empty for nothing
    public Schema with(String name, Function<String, Optional<String>> rule) {
        return new Schema(fields.values().stream()
                .map(field -> field.name().equals(name) ? field.checkedBy(rule) : field)
                .toArray(Field[]::new));
    }

    public java.util.Collection<Field> fields() {
        return fields.values();
    }

    /// What a body came to: the document's own members in their order, or what is wrong with it.
    ///
    /// @param body complete and valid only where there are no violations
    public record Checked(ObjectNode body, List<Violation> violations) {}

    /// Checks a whole document, as a client sends it for a new one or in place of an old one.
    ///
    /// @param current the document that it is to replace; null for a new one
    public Checked check(JsonNode given, @Nullable ObjectNode current) {
        var problems = new Field.Problems();
        var body = JsonNodeFactory.instance.objectNode();
        if (!(given instanceof ObjectNode object)) {
            problems.add("", "must be an object");
            return new Checked(body, problems.found());
        }
        for (var member : object.properties()) {
            String name = member.getKey();
            if (KEPT_BY_SERVER.contains(name)) {
                if (current == null || !member.getValue().equals(current.get(name))) {
                    problems.add("/" + name, "is set by the server");
                }
            } else if (!fields.containsKey(name)) {
                problems.add(printable("/" + escape(name)), "is not a member that this server knows");
            }
        }
        checkTexts(given, "", problems);
        for (var field : fields.values()) {
            body.set(field.name(), field.accept(object.get(field.name()), problems));
        }
        return new Checked(body, problems.found());
    }

    /// The document's own members, without those that the store keeps.
    public static ObjectNode bodyOf(ObjectNode document) {
        var body = document.deepCopy();
        body.remove(KEPT_BY_SERVER);
        return body;
    }

    /// The names of the members in which a document's body differs from `after`, those of `after` first.
    static List<String> changedFields(ObjectNode document, ObjectNode after) {
        var changed = new LinkedHashSet<String>();
        after.properties().forEach(member -> {
            if (!member.getValue().equals(document.get(member.getKey()))) {
                changed.add(member.getKey());
            }
        });
        document.propertyNames().stream()
                .filter(name -> !after.has(name) && !KEPT_BY_SERVER.contains(name))
                .forEach(changed::add);
        return List.copyOf(changed);
    }

    /// Finds texts that cannot be stored as UTF-8 or in every database, at any depth, names of members included.
    private static void checkTexts(JsonNode value, String pointer, Field.Problems problems) {
        if (value.isString()) {
            checkText(value.stringValue(), pointer, problems);
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                checkTexts(value.get(i), pointer + "/" + i, problems);
            }
        } else if (value.isObject()) {
            for (var member : value.properties()) {
                String inside = pointer + "/" + escape(member.getKey());
                checkText(member.getKey(), inside, problems);
                checkTexts(member.getValue(), inside, problems);
            }
        }
    }

    private static void checkText(String text, String pointer, Field.Problems problems) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                problems.add(printable(pointer), "holds a NUL character (U+0000)");
                return;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                problems.add(printable(pointer), "holds half of a surrogate pair, which is no character");
                return;
            }
        }
    }

    /// A pointer that can itself be sent.
    private static String printable(String pointer) {
        var text = new StringBuilder(pointer);
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || Character.isSurrogate(text.charAt(i))) {
                text.setCharAt(i, '\ufffd');
            }
        }
        return text.toString();
    }

    /// RFC 6901 §3.
    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
