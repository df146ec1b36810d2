package dev.mien.checker.history;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that one run recorded.
///
/// @param operations in no particular order
/// @param finalState null when the run ended before it could be read
public record History(
        Header header,
        List<Operation> operations,
        List<Fault> faults,
        @Nullable FinalState finalState) {
    public History {
        operations = Collections.unmodifiableList(operations);
        faults = List.copyOf(faults);
    }
}
