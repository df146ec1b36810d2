package dev.mien.worker;

import dev.mien.config.Setting;
import java.time.Duration;

/// How the supervisor looks after its workers.
///
/// @param firstNumber the number of the first worker; the others follow
/// @param hangTimeout how long a worker may be silent before it is killed and replaced
/// @param drainTimeout how long requests under way may take once a worker was told to stop
/// @param heapMegabytes the largest heap of each worker
public record WorkerConfig(
        @Setting(
                value = "number of the first worker; give each machine numbers of its own, to tell them apart",
                byDefault = "1")
        int firstNumber,

        @Setting(value = "how long a worker may be silent before it is killed and replaced", byDefault = "5s")
        Duration hangTimeout,

        @Setting(value = "how long requests under way may take once a worker was told to stop", byDefault = "15s")
        Duration drainTimeout,

        @Setting(value = "largest heap of each worker, in megabytes", byDefault = "64")
        int heapMegabytes) {
    public WorkerConfig {
        if (firstNumber < 1 || firstNumber > 1_000_000) {
            throw new IllegalArgumentException("--worker-first-number must be between 1 and 1000000");
        }
        if (hangTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException("--worker-hang-timeout must be at least 1s");
        }
        if (hangTimeout.toDays() > 0 || drainTimeout.toDays() > 0 || drainTimeout.isNegative()) {
            throw new IllegalArgumentException("--worker-hang-timeout and --worker-drain-timeout must be under a day");
        }
        if (heapMegabytes < 32) {
            throw new IllegalArgumentException("--worker-heap-megabytes must be at least 32");
        }
    }
}
