package dev.mien.document;

import dev.mien.api.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// One member of a document: its type, its default and its limits.
///
/// @param name as in the JSON
/// @param type what values it takes
/// @param required whether a document without it is refused
/// @param byDefault its value where none was given, or where it was cleared with `null`; unused where it is required
/// @param maximum most characters of a text, most entries of a list; 0 where there is no such limit
/// @param rule a further limit: the text to what is wrong with it, empty for nothing
/// @param normalize what is stored for a valid text
public record Field(
        String name,
        Type type,
        boolean required,
        JsonNode byDefault,
        int maximum,
        Function<String, Optional<String>> rule,
        Function<String, String> normalize,
        String description) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAXIMUM_TEXT = 1_000_000;
    private static final int MAXIMUM_LIST = 1_000;

    /// The JSON type of a field's values.
    public enum Type {
        TEXT("text"),
        TEXT_OR_NULL("text or null"),
        TEXTS("a list of texts"),
        OBJECT("an object"),
        OBJECT_OR_NULL("an object or null"),
        BOOLEAN("true or false");

        private final String noun;

        Type(String noun) {
            this.noun = noun;
        }

        private boolean accepts(JsonNode value) {
            return switch (this) {
                case TEXT, TEXT_OR_NULL -> value.isString();
                case TEXTS -> value.isArray();
                case OBJECT, OBJECT_OR_NULL -> value.isObject();
                case BOOLEAN -> value.isBoolean();
            };
        }
    }

    public static Field text(String name, String description) {
        return new Field(
                name,
                Type.TEXT,
                false,
                NODES.stringNode(""),
                MAXIMUM_TEXT,
                Field::anyText,
                Function.identity(),
                description);
    }

    public static Field textOrNull(String name, String description) {
        return new Field(
                name,
                Type.TEXT_OR_NULL,
                false,
                NODES.nullNode(),
                MAXIMUM_TEXT,
                Field::anyText,
                Function.identity(),
                description);
    }

    public static Field texts(String name, String description) {
        return new Field(
                name,
                Type.TEXTS,
                false,
                NODES.arrayNode(),
                MAXIMUM_LIST,
                Field::anyText,
                Function.identity(),
                description);
    }

    public static Field object(String name, String description) {
        return new Field(
                name, Type.OBJECT, false, NODES.objectNode(), 0, Field::anyText, Function.identity(), description);
    }

    public static Field objectOrNull(String name, String description) {
        return new Field(
                name,
                Type.OBJECT_OR_NULL,
                false,
                NODES.nullNode(),
                0,
                Field::anyText,
                Function.identity(),
                description);
    }

    public static Field flag(String name, boolean byDefault, String description) {
        return new Field(
                name,
                Type.BOOLEAN,
                false,
                NODES.booleanNode(byDefault),
                0,
                Field::anyText,
                Function.identity(),
                description);
    }

    /// The same field, which every document must have, and not blank.
    public Field asRequired() {
        return new Field(name, type, true, byDefault, maximum, rule, normalize, description);
    }

    public Field atMost(int newMaximum) {
        return new Field(name, type, required, byDefault, newMaximum, rule, normalize, description);
    }

    public Field normalizedBy(Function<String, String> newNormalize) {
        return new Field(name, type, required, byDefault, maximum, rule, newNormalize, description);
    }

    /// @param problem what to say of a text that does not match
    public Field matching(Pattern pattern, String problem) {
        Function<String, Optional<String>> newRule =
                text -> pattern.matcher(text).matches() ? Optional.empty() : Optional.of(problem);
        return new Field(name, type, required, byDefault, maximum, newRule, normalize, description);
    }

    /// @param newRule takes a text and says what is wrong with it; empty for nothing
    public Field checkedBy(Function<String, Optional<String>> newRule) {
        return new Field(name, type, required, byDefault, maximum, newRule, normalize, description);
    }

    /// What is stored for `given`.
    ///
    /// @param given null where the document does not have the member
    /// @param problems where to add what is wrong with it
    JsonNode accept(@Nullable JsonNode given, Problems problems) {
        if (given == null || given.isNull()) {
            if (required) {
                problems.add("/" + name, "is required");
            }
            return byDefault;
        }
        if (!type.accepts(given)) {
            problems.add("/" + name, "must be " + type.noun);
            return byDefault;
        }
        return switch (type) {
            case TEXT, TEXT_OR_NULL -> acceptText(given, problems);
            case TEXTS -> acceptTexts(given, problems);
            case OBJECT, OBJECT_OR_NULL, BOOLEAN -> given;
        };
    }

    private JsonNode acceptText(JsonNode given, Problems problems) {
        String text = normalize.apply(given.stringValue());
        if (required && text.isBlank()) {
            problems.add("/" + name, "must not be blank");
        } else if (text.codePointCount(0, text.length()) > maximum) {
            problems.add(
                    "/" + name,
                    "is " + text.codePointCount(0, text.length()) + " characters long; at most " + maximum
                            + " are allowed");
        } else {
            rule.apply(text).ifPresent(problem -> problems.add("/" + name, problem));
        }
        return text.equals(given.stringValue()) ? given : NODES.stringNode(text);
    }

    private JsonNode acceptTexts(JsonNode given, Problems problems) {
        if (given.size() > maximum) {
            problems.add("/" + name, "has " + given.size() + " entries; at most " + maximum + " are allowed");
        }
        for (int i = 0; i < given.size(); i++) {
            if (!given.get(i).isString()) {
                problems.add("/" + name + "/" + i, "must be text");
            }
        }
        return given;
    }

    /// The field as JSON Schema, for `/openapi.json`.
    public JsonNode toJsonSchema() {
        var schema = NODES.objectNode().put("description", description);
        switch (type) {
            case TEXT -> schema.put("type", "string");
            case TEXT_OR_NULL -> schema.putArray("type").add("string").add("null");
            case TEXTS -> schema.put("type", "array").putObject("items").put("type", "string");
            case OBJECT -> schema.put("type", "object");
            case OBJECT_OR_NULL -> schema.putArray("type").add("object").add("null");
            case BOOLEAN -> schema.put("type", "boolean");
        }
        if (maximum > 0) {
            schema.put(type == Type.TEXTS ? "maxItems" : "maxLength", maximum);
        }
        return schema;
    }

    private static Optional<String> anyText(String text) {
        return Optional.empty();
    }

    /// Collects what is wrong with one body.
    static final class Problems {
        private static final int ENOUGH = 50;
        private final List<Violation> found = new ArrayList<>();

        void add(String pointer, String detail) {
            if (found.size() < ENOUGH) {
                found.add(new Violation(pointer, detail));
            }
        }

        List<Violation> found() {
            return found;
        }
    }
}
