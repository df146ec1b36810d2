package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// A change of one document that exists.
///
/// @param condition what `If-Match` asks of the current version
/// @param change makes the next document of the current one, which it leaves as it is; what it says of the members that
/// the server keeps does not count
record Edit(Key key, Predicate<Row> condition, UnaryOperator<ObjectNode> change) {

    Edit withChange(UnaryOperator<ObjectNode> other) {
        return new Edit(key, condition, other);
    }
}
