package dev.mien.document;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON merge patch, as the pseudocode of RFC 7396 §2 has it. Ten lines of our own, because the known libraries are
/// made for another generation of the JSON library.
final class MergePatch {
    private MergePatch() {}

    /// The value that `patch` makes of `target`. Neither is changed; what stays the same is shared with `target`.
    static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        var result = JsonNodeFactory.instance.objectNode();
        if (target instanceof ObjectNode object) {
            result.setAll(object);
        }
        for (var change : changes.properties()) {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                var old = result.get(change.getKey());
                result.set(
                        change.getKey(),
                        apply(old == null ? JsonNodeFactory.instance.nullNode() : old, change.getValue()));
            }
        }
        return result;
    }
}
