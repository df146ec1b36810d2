package dev.mien.store;

import dev.mien.config.Setting;
import java.time.Duration;

/// Which versions of a document stay readable. Each is kept if one of the rules keeps it, if it is the newest, if a
/// label names it, and for as long as a request that made it may be repeated ([RequestKey#KEPT]). Without a rule all
/// are kept.
///
/// @param keepVersions how many of the newest versions of each document to keep; 0 for no such rule
/// @param keepFor the age up to which versions are kept; zero for no such rule
public record HistoryConfig(
        @Setting(
                value = "newest versions of each document that stay readable; 0 leaves it to history.keep-for",
                byDefault = "0")
        int keepVersions,

        @Setting(value = "age up to which versions stay readable; with neither rule, all do", byDefault = "0s")
        Duration keepFor) {
    public HistoryConfig {
        if (keepVersions < 0) {
            throw new IllegalArgumentException("--history-keep-versions must not be negative");
        }
    }

    /// Whether any version is ever to be pruned.
    public boolean prunes() {
        return keepVersions > 0 || keepFor.isPositive();
    }

    /// The age behind which a version may be pruned.
    public Duration youngest() {
        return keepFor.compareTo(RequestKey.KEPT) > 0 ? keepFor : RequestKey.KEPT;
    }
}
