package dev.mien.webhook;

import dev.mien.config.Setting;
import java.time.Duration;

/// How webhooks are delivered.
///
/// @param allowPrivate whether targets may be on this machine or in a private network
/// @param timeout longest time of one attempt
/// @param attempts how often an event is tried before it is given up
/// @param firstDelay the wait after the first failed attempt; it doubles with each, up to ten minutes
/// @param lease how long a worker is away before another one delivers in its place
public record WebhookConfig(
        @Setting(value = "deliver to loopback and private addresses too", byDefault = "false")
        boolean allowPrivate,

        @Setting(value = "longest time of one attempt to deliver", byDefault = "10s")
        Duration timeout,

        @Setting(value = "attempts before an event goes to the dead letters", byDefault = "10")
        int attempts,

        @Setting(value = "wait after the first failed attempt; it doubles with each, up to 10m", byDefault = "1s")
        Duration firstDelay,

        @Setting(value = "how long a worker is away before another delivers in its place", byDefault = "15s")
        Duration lease) {
    public WebhookConfig {
        if (attempts < 1 || !timeout.isPositive() || !firstDelay.isPositive() || !lease.isPositive()) {
            throw new IllegalArgumentException("webhook.* settings must be positive");
        }
        if (timeout.toHours() > 0 || firstDelay.toHours() > 0 || lease.toHours() > 0) {
            throw new IllegalArgumentException("the times of webhook.* settings must be under an hour");
        }
    }
}
