package dev.mien.checker.workload;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A collection, and which members of its documents are written and watched. A point leads into an object, which a
/// merge patch merges member by member.
@SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that nobody can change.
enum Collection {
    PERSONAS("personas", "name", "greeting", "scenario", "attributes.mood", "attributes.goal"),
    USERS("users", "display_name", "bio", "preferences.theme", "preferences.model"),
    /// The labels of personas. What one names is its only field; the version of the label itself is told in a header.
    LABELS("labels", "version") {
        @Override
        String path(Key key) {
            int tilde = key.id().lastIndexOf('~');
            return PERSONAS.path() + "/" + key.id().substring(0, tilde) + "/labels/"
                    + key.id().substring(tilde + 1);
        }

        @Override
        long version(JsonNode document, Reply reply) {
            return reply.version();
        }

        @Override
        ObjectNode json(Fields fields) {
            return JsonNodeFactory.instance.objectNode().put("version", Long.parseLong(fields.value(0)));
        }

        @Override
        Fields fields(JsonNode document) {
            return Fields.of("version", Long.toString(document.path("version").asLong(0)));
        }
    };

    /// The label that the runs move.
    private static final String LABEL = "verified";

    private final String plural;
    private final List<String> watched;

    Collection(String plural, String... watched) {
        this.plural = plural;
        this.watched = List.of(watched);
    }

    static Collection of(Key key) {
        return Arrays.stream(values())
                .filter(collection -> collection.plural.equals(key.collection()))
                .findFirst()
                .orElseThrow();
    }

    /// The label of a persona.
    static Key labelOf(Key persona) {
        return new Key(LABELS.plural, persona.id() + "~" + LABEL);
    }

    /// The collection's name in addresses.
    String plural() {
        return plural;
    }

    /// The address of the collection.
    String path() {
        return "/api/v1/" + plural;
    }

    /// The address of a document of this collection.
    String path(Key key) {
        return path() + "/" + key.id();
    }

    /// The address of a persona as of the version that its label names.
    static String labelled(Key persona) {
        return PERSONAS.path(persona) + "?label=" + LABEL;
    }

    /// The version that an answer shows.
    long version(JsonNode document, Reply reply) {
        return document.path("version").asLong(0);
    }

    List<String> watched() {
        return watched;
    }

    /// The JSON object that carries these fields.
    ObjectNode json(Fields fields) {
        var json = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            int point = name.indexOf('.');
            if (name.equals(Fields.ACTIVE)) {
                json.put(name, Boolean.parseBoolean(fields.value(i)));
            } else if (point < 0) {
                json.put(name, fields.value(i));
            } else {
                var inner = json.optional(name.substring(0, point))
                        .map(ObjectNode.class::cast)
                        .orElseGet(() -> json.putObject(name.substring(0, point)));
                inner.put(name.substring(point + 1), fields.value(i));
            }
        }
        return json;
    }

    /// What a document of this collection shows of the watched fields.
    Fields fields(JsonNode document) {
        Map<String, String> fields = new HashMap<>();
        for (String name : watched) {
            int point = name.indexOf('.');
            var value = point < 0
                    ? document.path(name)
                    : document.path(name.substring(0, point)).path(name.substring(point + 1));
            if (value.isString() && !value.stringValue().isEmpty()) {
                fields.put(name, value.stringValue());
            }
        }
        fields.put(Fields.ACTIVE, Boolean.toString(document.path(Fields.ACTIVE).asBoolean(true)));
        return Fields.of(fields);
    }
}
