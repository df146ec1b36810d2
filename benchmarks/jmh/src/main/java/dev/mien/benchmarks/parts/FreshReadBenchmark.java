package dev.mien.benchmarks.parts;

import dev.mien.cache.CacheConfig;
import dev.mien.cache.CoherentStore;
import dev.mien.store.ChangeSource;
import dev.mien.store.Changes;
import dev.mien.store.Found;
import dev.mien.store.ReadMode;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/// How many reads a second does the coherent cache answer that each join a freshness check, by how many readers share
/// one?
///
/// Workload: 1, 8 or 64 virtual threads that read 1,000 kept personas of 1 KB, one after another; nobody writes.
/// `memory` is the check alone: its log is an answer at hand, always the same. `unchecked` is a read that may be old
/// and asks nobody.
///
/// Command: `benchmarks/parts FreshRead`
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Fork(jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class FreshReadBenchmark {
    private static final String MEMORY = "memory";
    private static final ReadMode OLD = new ReadMode.MaxStale(Duration.ofDays(1));

    @Param({MEMORY, Database.POSTGRESQL})
    private String of;

    private final AtomicLong next = new AtomicLong();
    private Database database;
    private CoherentStore store;

    @Setup
    public void open() throws IOException, SQLException {
        database = new Database(of.equals(MEMORY) ? Database.SQLITE : of);
        store = new CoherentStore(
                database.store(), log(), new CacheConfig(true, 16_777_216, 30_000, Duration.ofSeconds(2), 0));
    }

    private ChangeSource log() {
        if (database.store() instanceof ChangeSource log) {
            return log;
        }
        var nothingNew = new Changes(database.store().lastSeen(), 0, "", List.of());
        return (after, limit) -> nothingNew;
    }

    @TearDown
    public void close() throws IOException {
        database.close();
    }

    private Found find() {
        return store.find(database.personas(), database.id(next.getAndIncrement()));
    }

    @Benchmark
    @Threads(1)
    public Found readers01() {
        return find();
    }

    @Benchmark
    @Threads(8)
    public Found readers08() {
        return find();
    }

    @Benchmark
    @Threads(64)
    public Found readers64() {
        return find();
    }

    @Benchmark
    @Threads(1)
    public Found unchecked() {
        return store.find(database.personas(), database.id(next.getAndIncrement()), OLD);
    }
}
