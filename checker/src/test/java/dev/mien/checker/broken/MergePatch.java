package dev.mien.checker.broken;

import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// JSON merge patch (RFC 7396) of objects.
///
/// @param patch what to change; null takes a member away
record MergePatch(ObjectNode patch) implements UnaryOperator<ObjectNode> {

    @Override
    public ObjectNode apply(ObjectNode current) {
        return merge(current.deepCopy(), patch);
    }

    private static ObjectNode merge(ObjectNode target, ObjectNode patch) {
        patch.forEachEntry((name, value) -> {
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode nested) {
                var inner = target.get(name) instanceof ObjectNode object ? object : target.objectNode();
                target.set(name, merge(inner, nested));
            } else {
                target.set(name, value);
            }
        });
        return target;
    }
}
