package dev.mien.store;

import dev.mien.config.Setting;
import java.time.Duration;

/// How one worker gathers edits into commits.
///
/// @param maximumEdits most edits in one transaction
/// @param timeout longest time that a write waits for its turn before it is answered with 503
/// @param maximumWaiting most writes that may wait in one worker; more are answered with 503 at once
public record CommitConfig(
        @Setting(value = "most edits in one transaction", byDefault = "256")
        int maximumEdits,

        @Setting(value = "longest time a write waits for its turn before it is answered with 503", byDefault = "10s")
        Duration timeout,

        @Setting(value = "most writes that may wait in one worker; more get 503 at once", byDefault = "10000")
        int maximumWaiting) {
    public CommitConfig {
        if (maximumEdits < 1 || maximumWaiting < 1 || !timeout.isPositive()) {
            throw new IllegalArgumentException("commit.* settings must be positive");
        }
        if (timeout.toDays() > 0) {
            throw new IllegalArgumentException("--commit-timeout must be under a day");
        }
    }
}
