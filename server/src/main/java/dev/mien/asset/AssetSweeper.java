package dev.mien.asset;

import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes files that nobody uses, for as long as it is open. One worker does it; where two do, they do what the other
/// leaves.
public final class AssetSweeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AssetSweeper.class);
    private static final Duration PAUSE = Duration.ofMinutes(30);

    private final AssetService assets;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("mien-sweep").daemon().factory());

    private final ScheduledFuture<?> sweeping;

    public AssetSweeper(AssetService assets) {
        this.assets = assets;
        this.sweeping = thread.scheduleWithFixedDelay(this::sweep, 1, PAUSE.toMinutes(), TimeUnit.MINUTES);
    }

    private void sweep() {
        try {
            int removed = 0;
            for (int some = assets.removeUnused(); some > 0 && !thread.isShutdown(); some = assets.removeUnused()) {
                removed += some;
            }
            if (removed > 0) {
                log.info("Removed {} files that nobody used", removed);
            }
        } catch (StoreUnavailableException e) {
            log.warn("Files that nobody uses stay for now: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("Files that nobody uses stay for now", e);
        }
    }

    /// Lets the part under way end.
    @Override
    public void close() {
        sweeping.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("The removal of files that nobody uses did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
