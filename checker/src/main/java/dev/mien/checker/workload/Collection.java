package dev.mien.checker.workload;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
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
    USERS("users", "display_name", "bio", "preferences.theme", "preferences.model");

    private final String plural;
    private final List<String> watched;

    Collection(String plural, String... watched) {
        this.plural = plural;
        this.watched = List.of(watched);
    }

    static Collection of(Key key) {
        return key.collection().equals(USERS.plural) ? USERS : PERSONAS;
    }

    /// The collection's name in addresses.
    String plural() {
        return plural;
    }

    String path() {
        return "/api/v1/" + plural;
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
