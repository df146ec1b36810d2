package dev.mien.checker.workload;

import dev.mien.checker.history.ChangeLog;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is under test.
public interface Deployment {
    /// The base addresses that clients may connect to now, at least one.
    List<URI> addresses();

    /// The store's change log, null where it cannot be read.
    default @Nullable ChangeLog changeLog() {
        return null;
    }
}
