package dev.mien.cli;

import java.util.List;

/// Flags that the launcher gave this JVM and that its workers should have too.
final class JvmFlags {
    private JvmFlags() {}

    /// What stands in the system property `mien.worker-flags`, separated by spaces.
    static List<String> inherited() {
        String flags = System.getProperty("mien.worker-flags", "");
        return flags.isBlank() ? List.of() : List.of(flags.strip().split("\\s+"));
    }
}
