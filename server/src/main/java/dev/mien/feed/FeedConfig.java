package dev.mien.feed;

import dev.mien.config.Setting;
import java.time.Duration;

/// How a worker tells of changes.
///
/// @param pollInterval how often the log is looked at while somebody listens
/// @param heartbeat longest silence of a stream
/// @param writeTimeout how long a client of a stream may take nothing before it is cut off
public record FeedConfig(
        @Setting(value = "how often a worker looks for changes while somebody listens to them", byDefault = "5ms")
        Duration pollInterval,

        @Setting(value = "longest silence on a stream of changes", byDefault = "15s")
        Duration heartbeat,

        @Setting(value = "how long the client of a stream may take nothing before it is cut off", byDefault = "10s")
        Duration writeTimeout) {
    public FeedConfig {
        if (!pollInterval.isPositive() || !heartbeat.isPositive() || !writeTimeout.isPositive()) {
            throw new IllegalArgumentException("feed.* settings must be positive");
        }
        if (pollInterval.toSeconds() > 60 || heartbeat.toDays() > 0 || writeTimeout.toDays() > 0) {
            throw new IllegalArgumentException(
                    "--feed-poll-interval must be at most a minute, the other feed.* settings under a day");
        }
    }
}
