package dev.mien.checker.verdict;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One broken promise, with the operations that prove it.
///
/// @param key null where it concerns the whole store
/// @param detail what the general [explanation][ViolationKind#explanation] means in this case
/// @param operations at most four; none where the change log or the state at rest convict themselves
public record Violation(ViolationKind kind, @Nullable Key key, String detail, List<Operation> operations) {
    public Violation {
        operations = List.copyOf(operations);
    }

    /// Several lines of plain text: what is wrong, and a timeline of the operations.
    public String render() {
        var text = new StringBuilder();
        text.append(kind).append(key == null ? "" : "  " + key).append('\n');
        text.append("  ").append(kind.explanation()).append('\n');
        text.append("  ").append(detail).append('\n');
        Timeline.append(operations, text);
        return text.toString();
    }
}
