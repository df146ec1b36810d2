package dev.mien.checker.workload;

import dev.mien.checker.history.ChangeLog;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is under test.
public interface Deployment {
    /// The base addresses that clients may connect to now, at least one.
    List<URI> addresses();

    /// The store's change log, null where it cannot be read from here.
    ///
    /// @throws IOException when it cannot be read at the moment
    default @Nullable ChangeLog changeLog() throws IOException {
        return null;
    }
}
