package dev.mien.benchmarks.parts;

import dev.mien.store.Found;
import dev.mien.store.Listing;
import dev.mien.store.Outcome;
import dev.mien.store.Query;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What does one document cost to read and to write, in each store?
///
/// Workload: 1,000 personas of 1 KB, one after another; a write changes one member and is on disk when it ends. One
/// thread, so a write is a transaction of its own. PostgreSQL runs on the same machine.
///
/// Command: `benchmarks/parts Store`
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class StoreBenchmark {
    private static final Query PAGE = new Query(20, null, null, null, null);

    @Param({Database.SQLITE, Database.POSTGRESQL})
    private String store;

    private Database database;
    private long next;

    @Setup
    public void open() throws IOException, SQLException {
        database = new Database(store);
    }

    @TearDown
    public void close() throws IOException {
        database.close();
    }

    @Benchmark
    public Found read() {
        return database.store().find(database.personas(), database.id(next++));
    }

    @Benchmark
    public Listing listTwenty() {
        return database.store().list(database.personas(), PAGE);
    }

    @Benchmark
    public Outcome write() {
        return Database.committed(database.store().commit(database.edit(next++)));
    }
}
