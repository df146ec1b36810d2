package dev.mien.card;

import dev.mien.document.Field;
import dev.mien.persona.PersonaService;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A member of a card that is a member of a persona too.
///
/// @param name in the card
/// @param field in the persona
/// @param since the first specification that has it
record Member(String name, Field field, Kind kind, Spec since) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /// What a value of it is.
    enum Kind {
        TEXT,
        TEXTS,
        /// Texts that some write as one, with commas.
        TAGS,
        BOOK
    }

    /// All of them, in the order in which cards are written.
    static final List<Member> ALL = List.of(
            member("name", "name", Kind.TEXT, Spec.V1),
            member("description", "description", Kind.TEXT, Spec.V1),
            member("personality", "personality", Kind.TEXT, Spec.V1),
            member("scenario", "scenario", Kind.TEXT, Spec.V1),
            member("first_mes", "greeting", Kind.TEXT, Spec.V1),
            member("mes_example", "example_dialogue", Kind.TEXT, Spec.V1),
            member("creator_notes", "creator_notes", Kind.TEXT, Spec.V2),
            member("system_prompt", "system_prompt", Kind.TEXT, Spec.V2),
            member("post_history_instructions", "post_history_instructions", Kind.TEXT, Spec.V2),
            member("alternate_greetings", "alternate_greetings", Kind.TEXTS, Spec.V2),
            member("character_book", "lorebook", Kind.BOOK, Spec.V2),
            member("tags", "tags", Kind.TAGS, Spec.V2),
            member("nickname", "nickname", Kind.TEXT, Spec.V3));

    private static Member member(String name, String field, Kind kind, Spec since) {
        return new Member(name, field(field), kind, since);
    }

    static Field field(String name) {
        return PersonaService.SCHEMA.fields().stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Whether cards must have it. A book and a nickname they may have.
    boolean isRequired() {
        return kind != Kind.BOOK && since != Spec.V3;
    }

    JsonNode byDefault() {
        return field.byDefault();
    }

    /// Whether a card of this specification has it where a persona has this value.
    boolean isWritten(Spec spec, JsonNode value) {
        return spec.isAtLeast(since) && (isRequired() || !value.equals(byDefault()));
    }

    /// Whether a card's value is of the type that it should be.
    boolean isOfItsType(JsonNode given) {
        return switch (kind) {
            case TEXT -> given.isString();
            case TEXTS, TAGS -> given.isArray() && given.valueStream().allMatch(JsonNode::isString);
            case BOOK -> given.isObject();
        };
    }

    /// What the persona has for a card's value, whatever that is. Equal values come to equal ones, so that an export
    /// can tell whether the persona was edited since.
    ///
    /// @param given null where the card does not have the member
    JsonNode read(@Nullable JsonNode given) {
        if (given == null || given.isNull()) {
            return byDefault();
        }
        return switch (kind) {
            case TEXT -> given.isValueNode() ? text(given) : byDefault();
            case TEXTS, TAGS -> texts(given);
            case BOOK -> given.isObject() ? given : byDefault();
        };
    }

    /// Cut to what a persona may have.
    private JsonNode text(JsonNode given) {
        String text = given.asString();
        if (text.codePointCount(0, text.length()) > field.maximum()) {
            return NODES.stringNode(text.substring(0, text.offsetByCodePoints(0, field.maximum())));
        }
        return given.isString() ? given : NODES.stringNode(text);
    }

    private JsonNode texts(JsonNode given) {
        var texts = NODES.arrayNode();
        if (given instanceof ArrayNode array) {
            for (var value : array) {
                if (value.isValueNode() && !value.isNull() && texts.size() < field.maximum()) {
                    texts.add(value.asString());
                }
            }
        } else if (given.isValueNode() && kind == Kind.TAGS) {
            for (String tag : given.asString().split(",", -1)) {
                if (!tag.isBlank() && texts.size() < field.maximum()) {
                    texts.add(tag.strip());
                }
            }
        } else if (given.isValueNode() && !given.asString().isEmpty()) {
            texts.add(given.asString());
        }
        return texts;
    }

    /// What to tell of a value that the persona has not as it was; null where it has.
    @Nullable String warning(JsonNode given, String pointer) {
        var read = read(given);
        if (given.equals(read) || (given.isNull() && kind == Kind.BOOK)) {
            return null;
        }
        String whole = " The card keeps what it was.";
        if (!isOfItsType(given)) {
            return pointer + " is " + (given.isNull() ? "null" : "no " + noun())
                    + (read.equals(byDefault()) ? " and was read as empty." : " and was read as one.") + whole;
        }
        return kind == Kind.TEXT
                ? pointer + " is longer than the " + field.maximum()
                        + " characters that a persona may have; it has the first " + field.maximum() + "." + whole
                : pointer + " has more than the " + field.maximum()
                        + " entries that a persona may have; it has the first " + field.maximum() + "." + whole;
    }

    private String noun() {
        return switch (kind) {
            case TEXT -> "text";
            case TEXTS, TAGS -> "list of texts";
            case BOOK -> "object";
        };
    }
}
