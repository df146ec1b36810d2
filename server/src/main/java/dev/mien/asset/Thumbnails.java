package dev.mien.asset;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mien.api.ProblemType;
import dev.mien.http.ProblemException;
import dev.mien.store.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Small pictures, drawn when they are first asked for and kept in memory for a while.
///
/// **This memory can never be stale.** Its keys are addresses, and an address is the hash of a content: there is no
/// later version of what it names, so nothing has to be invalidated when a persona gets another picture. The one thing
/// that can change is that a file ends. So nobody is answered from here before the store has said that it is there, and
/// when it says otherwise, [#forget(String)] drops it.
///
/// What cannot be drawn is kept too, as the reason why not, so that nobody makes a worker try again and again.
///
/// Drawing is work for a processor and takes much memory, so one thread of the platform does it; whoever
/// asks for the same picture meanwhile waits for the same one.
final class Thumbnails implements AutoCloseable {
    static final List<Integer> SIZES = List.of(64, 128, 256, 512);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_WAITING = 500;
    /// About what an entry takes besides its bytes.
    private static final int ENTRY_BYTES = 200;

    private record Key(String address, int size) {}

    /// @param thumbnail null where there is none
    /// @param fault why there is none
    private record Drawn(@Nullable Thumbnail thumbnail, String fault) {}

    private final Function<String, byte @Nullable []> load;
    private final AsyncCache<Key, Drawn> drawn;
    private final ThreadPoolExecutor painter;

    /// @param load the content of an address, on the drawing thread; null where there is none any more
    Thumbnails(Function<String, byte @Nullable []> load, long maximumBytes) {
        this.load = load;
        this.painter = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("mien-draw").daemon().factory());
        painter.allowCoreThreadTimeOut(true);
        this.drawn = Caffeine.newBuilder()
                .maximumWeight(maximumBytes)
                .weigher((Key key, Drawn value) -> ENTRY_BYTES
                        + (value.thumbnail() == null ? 0 : value.thumbnail().bytes().length))
                .executor(Runnable::run)
                .buildAsync();
    }

    /// @throws ProblemException if it cannot be drawn, or there is no such file any more
    Thumbnail get(String address, int size) {
        Drawn found;
        try {
            found = drawn.get(
                            new Key(address, size),
                            (key, executor) -> CompletableFuture.supplyAsync(() -> draw(key), painter))
                    .join();
        } catch (RejectedExecutionException e) {
            throw new StoreUnavailableException("too many pictures wait to be drawn", e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        if (found.thumbnail() == null) {
            throw new ProblemException(
                    ProblemType.INVALID_IMAGE, "The picture cannot be drawn smaller: " + found.fault() + ".");
        }
        return found.thumbnail();
    }

    private Drawn draw(Key key) {
        byte[] bytes = load.apply(key.address());
        if (bytes == null) {
            throw new ProblemException(
                    ProblemType.ASSET_NOT_FOUND, "Nothing is stored at " + key.address() + " any more.");
        }
        try {
            return new Drawn(Drawing.draw(bytes, key.size(), PATIENCE), "");
        } catch (UndrawableException e) {
            return new Drawn(null, String.valueOf(e.getMessage()));
        }
    }

    /// The file has ended.
    void forget(String address) {
        SIZES.forEach(size -> drawn.synchronous().invalidate(new Key(address, size)));
    }

    @Override
    public void close() {
        painter.shutdownNow();
    }
}
