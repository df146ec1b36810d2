package dev.mien.benchmarks.parts;

import dev.mien.api.RevisionToken;
import dev.mien.store.CommitQueue;
import dev.mien.store.Edit;
import dev.mien.store.Outcome;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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

/// How many edits a second does the commit queue take to disk, by how many wait at once?
///
/// Workload: 1, 8, 64 or 256 virtual threads, each of which commits an edit of one member, waits for the outcome and
/// goes on; 1,000 personas of 1 KB, one after another. `nowhere` is the queue alone: its writer answers and writes
/// nothing.
///
/// Command: `benchmarks/parts CommitQueue`
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Fork(jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class CommitQueueBenchmark {
    private static final String NOWHERE = "nowhere";

    /// Commits an edit.
    private interface Writes {
        Outcome commit(Edit edit);
    }

    @Param({NOWHERE, Database.SQLITE, Database.POSTGRESQL})
    private String to;

    private final AtomicLong next = new AtomicLong();
    private Writes writes;
    private Database database;
    private @Nullable CommitQueue queue;

    @Setup
    public void open() throws IOException, SQLException {
        database = new Database(to.equals(NOWHERE) ? Database.SQLITE : to);
        if (to.equals(NOWHERE)) {
            var answering = new CommitQueue(Database.COMMIT, CommitQueueBenchmark::answer);
            queue = answering;
            writes = answering::commit;
        } else {
            writes = database.store()::commit;
        }
    }

    private static void answer(CommitQueue.EditSource edits) {
        for (var taken = edits.take(); !taken.isEmpty(); taken = edits.take()) {
            taken.forEach(waiting ->
                    waiting.answer(new Outcome.Committed(List.of(), new RevisionToken("6c780054b5a83817", 1), false)));
        }
    }

    @TearDown
    public void close() throws IOException {
        if (queue != null) {
            queue.close();
        }
        database.close();
    }

    private Outcome commit() {
        return Database.committed(writes.commit(database.edit(next.getAndIncrement())));
    }

    @Benchmark
    @Threads(1)
    public Outcome waiting001() {
        return commit();
    }

    @Benchmark
    @Threads(8)
    public Outcome waiting008() {
        return commit();
    }

    @Benchmark
    @Threads(64)
    public Outcome waiting064() {
        return commit();
    }

    @Benchmark
    @Threads(256)
    public Outcome waiting256() {
        return commit();
    }
}
