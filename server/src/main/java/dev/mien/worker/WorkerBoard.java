package dev.mien.worker;

import dev.mien.api.RevisionToken;
import dev.mien.config.ServerConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the workers of one server write down, once a second, how they are, for people to look at: a small file in the
/// data directory (`workers.board`, mapped into memory), with a place for each worker.
///
/// What is promised: a place is read whole, as its worker wrote it, and a worker that has ended is not shown. What is
/// not: that it is new. An entry is about a second old, and older where its worker is stopped or starved; its time says
/// so. Nothing decides anything by this file, and no request waits for it. It may be removed at any time; it is there
/// again after the next start. A file that is cut short by somebody else ends the entries and no worker's work.
///
/// A server that only reads, and one on PostgreSQL whose data directory does not exist, keep no file: each worker then
/// knows of itself alone.
public final class WorkerBoard implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerBoard.class);
    private static final String FILE = "workers.board";
    private static final int PLACES = 64;
    private static final int PLACE_BYTES = 64;
    private static final int READ_ATTEMPTS = 1_000;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    // Offsets in a place. The first number is odd while the place is being written.
    private static final int SEQUENCE = 0;
    private static final int NUMBER = 8;
    private static final int PID = 16;
    private static final int STARTED = 24;
    private static final int SEEN = 32;
    private static final int REQUESTS = 40;
    private static final int REVISION = 48;

    private final MemorySegment memory;
    private final int worker;
    private final long mine;
    private final long started = System.currentTimeMillis();
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread writer;

    /// One worker, as it last wrote.
    ///
    /// @param requests those that it has begun to answer since its start, streams and files of the console included
    /// @param revision the newest that it has seen
    public record Entry(int number, long pid, Instant startedAt, Instant seenAt, long requests, long revision) {}

    private WorkerBoard(MemorySegment memory, int worker, int place) {
        this.memory = memory;
        this.worker = worker;
        this.mine = (long) place * PLACE_BYTES;
    }

    /// @param worker the number of this worker
    public static WorkerBoard open(ServerConfig config, int worker) {
        int place = Math.floorMod(worker - config.worker().firstNumber(), PLACES);
        return new WorkerBoard(
                config.readOnly() || !Files.isDirectory(config.data()) ? alone() : map(config.data()), worker, place);
    }

    private static MemorySegment map(Path directory) {
        try (var file = FileChannel.open(
                directory.resolve(FILE),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return file.map(MapMode.READ_WRITE, 0, (long) PLACES * PLACE_BYTES, Arena.ofAuto());
        } catch (IOException e) {
            log.warn("Each worker shows itself alone, since {} cannot be used", directory.resolve(FILE), e);
            return alone();
        }
    }

    private static MemorySegment alone() {
        return Arena.ofAuto().allocate((long) PLACES * PLACE_BYTES, Long.BYTES);
    }

    /// Writes now, and then once a second until this is closed.
    public void begin(LongSupplier requests, Supplier<RevisionToken> lastSeen) {
        write(requests.getAsLong(), lastSeen.get().revision());
        writer = Thread.ofPlatform().name("mien-board").daemon().start(() -> {
            try {
                while (!closing.await(1, TimeUnit.SECONDS)) {
                    write(requests.getAsLong(), lastSeen.get().revision());
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            } catch (InternalError e) {
                log.warn("Somebody cut {} short; this worker is no longer shown", FILE, e);
            }
        });
    }

    private void write(long requests, long revision) {
        // A worker that was killed while it wrote left an odd number; the next one to write here goes on from it.
        long sequence = get(mine + SEQUENCE) | 1;
        set(mine + SEQUENCE, sequence);
        VarHandle.fullFence();
        set(mine + NUMBER, worker);
        set(mine + PID, ProcessHandle.current().pid());
        set(mine + STARTED, started);
        set(mine + SEEN, System.currentTimeMillis());
        set(mine + REQUESTS, requests);
        set(mine + REVISION, revision);
        VarHandle.fullFence();
        set(mine + SEQUENCE, sequence + 1);
    }

    /// All workers that run, by their numbers.
    public List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        for (long place = 0; place < memory.byteSize(); place += PLACE_BYTES) {
            var entry = read(place);
            if (entry != null && ProcessHandle.of(entry.pid()).isPresent()) {
                entries.add(entry);
            }
        }
        entries.sort(Comparator.comparingInt(Entry::number));
        return entries;
    }

    private @Nullable Entry read(long place) {
        for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
            long before = get(place + SEQUENCE);
            if (before == 0) {
                return null;
            }
            VarHandle.fullFence();
            var entry = new Entry(
                    (int) get(place + NUMBER),
                    get(place + PID),
                    Instant.ofEpochMilli(get(place + STARTED)),
                    Instant.ofEpochMilli(get(place + SEEN)),
                    get(place + REQUESTS),
                    get(place + REVISION));
            VarHandle.fullFence();
            if (before % 2 == 0 && get(place + SEQUENCE) == before) {
                return entry;
            }
            Thread.onSpinWait();
        }
        return null; // Its worker was killed or stopped in the middle of it.
    }

    private long get(long offset) {
        return (long) LONG.getVolatile(memory, offset);
    }

    private void set(long offset, long value) {
        LONG.setVolatile(memory, offset, value);
    }

    @Override
    public void close() {
        closing.countDown();
        var writing = writer;
        if (writing != null) {
            try {
                writing.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        set(mine + SEQUENCE, 0);
    }
}
