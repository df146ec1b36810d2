package dev.mien.store.sqlite;

import dev.mien.api.RevisionToken;
import dev.mien.store.AsOf;
import dev.mien.store.ChangeLog;
import dev.mien.store.Collection;
import dev.mien.store.CommitConfig;
import dev.mien.store.CommitQueue;
import dev.mien.store.Edit;
import dev.mien.store.Found;
import dev.mien.store.FoundVersion;
import dev.mien.store.History;
import dev.mien.store.HistoryConfig;
import dev.mien.store.LastSeen;
import dev.mien.store.Listing;
import dev.mien.store.Outcome;
import dev.mien.store.Pruned;
import dev.mien.store.Query;
import dev.mien.store.SideSession;
import dev.mien.store.SideTables;
import dev.mien.store.Snapshots;
import dev.mien.store.Store;
import dev.mien.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store of one worker on SQLite. Several workers open the same file, each with a store of its own.
///
/// Reads run on the calling thread, on one of a few reading connections; lists, which may take long and would hold on
/// to the carrier of a virtual thread, on a small pool of platform threads. Writes go through the [CommitQueue].
///
/// A read that meets another history under the same name (a restored copy) is the last one ([LastSeen]).
public final class SqliteStore implements Store, ChangeLog {
    private static final Logger log = LoggerFactory.getLogger(SqliteStore.class);
    /// The database's file in the data directory.
    public static final String FILE = "mien.db";

    private static final int LISTING_THREADS = 2;

    private final Path path;
    private final DatabaseFile file;
    private final BlockingDeque<SqliteReader> readers;
    private final ExecutorService listings = Executors.newFixedThreadPool(
            LISTING_THREADS, Thread.ofPlatform().name("mien-list-", 1).daemon().factory());
    private final LastSeen lastSeen;
    private final @Nullable SqliteWriter writer;
    private final @Nullable CommitQueue queue;

    /// Opens a database that exists and is migrated.
    ///
    /// @param readOnly whether to refuse every edit, and take no lock
    /// @throws StoreUnavailableException if it cannot be opened
    public SqliteStore(Path directory, CommitConfig config, boolean readOnly) {
        this.path = directory.resolve(FILE);
        int count = Runtime.getRuntime().availableProcessors() + LISTING_THREADS;
        this.readers = new LinkedBlockingDeque<>(count);
        try {
            this.file = new DatabaseFile(path);
            for (int i = 0; i < count; i++) {
                readers.add(new SqliteReader(path));
            }
            var reader = readers.element();
            requireSchema(reader);
            this.lastSeen = new LastSeen(reader.head());
            this.writer = readOnly ? null : new SqliteWriter(directory, file);
            this.queue = writer == null ? null : new CommitQueue(config, writer);
        } catch (IOException | SQLException e) {
            throw new StoreUnavailableException("cannot open " + path + ": " + e.getMessage(), e);
        }
    }

    private static void requireSchema(SqliteReader reader) throws SQLException {
        String found = reader.schemaVersion();
        if (!found.equals(SqliteMigrations.NEWEST)) {
            throw new StoreUnavailableException(
                    "the store's schema is version " + found + "; this program needs " + SqliteMigrations.NEWEST);
        }
    }

    private interface Read<T> {
        T from(SqliteReader reader) throws SQLException;
    }

    @Override
    public Found find(Collection collection, String id) {
        return seen(reader -> reader.find(collection, id));
    }

    @Override
    public Found findBy(Collection collection, String field, String value) {
        if (!collection.uniqueFields().contains(field)) {
            throw new IllegalArgumentException(field + " is not unique");
        }
        return seen(reader -> reader.findBy(collection, field, value));
    }

    @Override
    public FoundVersion findVersion(Collection collection, String id, long version) {
        return seen(reader -> reader.findVersion(collection, id, version));
    }

    @Override
    public FoundVersion findRevision(Collection collection, String id, long revision) {
        return seen(reader -> reader.findRevision(collection, id, revision));
    }

    @Override
    public History history(Collection collection, String id, long before, int limit) {
        return seenLong(reader -> reader.history(collection, id, before, limit));
    }

    /// Tables beside the documents. Their session waits for the write lock as SQLite does, and not in the turnstile,
    /// which is for the thread that commits.
    public SideSession sideTables() {
        return new SideSession(
                () -> Sqlite.openSide(path), this::readBeside, "CAST(unixepoch('subsec') * 1000 AS INTEGER)");
    }

    private <T extends AsOf> T readBeside(SideTables.Work<T> work) {
        return seen(reader -> reader.beside(work));
    }

    /// The states of this database, for a cache; null where they cannot be told, and where nobody looks after the file
    /// because nothing is written here.
    ///
    /// @throws StoreUnavailableException if the database's memory cannot be mapped
    public @Nullable Snapshots snapshots() {
        try {
            var index = writer == null ? null : WalIndex.of(path);
            return index == null ? null : new Served(index);
        } catch (IOException e) {
            throw new StoreUnavailableException("cannot map the WAL-index of " + path + ": " + e.getMessage(), e);
        }
    }

    /// Those of the file as long as it is served: none is the newest once the file or its history is lost.
    private final class Served implements Snapshots {
        private final WalIndex index;

        private Served(WalIndex index) {
            this.index = index;
        }

        @Override
        public @Nullable Snapshot newest() {
            return index.newest();
        }

        @Override
        public boolean isNewest(Snapshot snapshot) {
            return !isLost() && index.isNewest(snapshot);
        }
    }

    @Override
    public RevisionToken peek() {
        return read(SqliteReader::head);
    }

    @Override
    public ChangeLog.Page read(long after, int limit, boolean documents) {
        Read<ChangeLog.Page> changes = reader -> reader.changes(after, limit, documents);
        return documents ? seenLong(changes) : seen(changes);
    }

    @Override
    public Listing list(Collection collection, Query query) {
        return seenLong(reader -> reader.list(collection, query));
    }

    private <T extends AsOf> T seen(Read<T> read) {
        var before = lastSeen.get();
        var answer = read(read);
        see(before, answer.asOf());
        return answer;
    }

    /// The same for what may take long.
    private <T extends AsOf> T seenLong(Read<T> read) {
        var before = lastSeen.get();
        var answer = listed(read);
        see(before, answer.asOf());
        return answer;
    }

    /// Reads on a thread for what may take long.
    private <T> T listed(Read<T> read) {
        try {
            return listings.submit(() -> read(read)).get();
        } catch (RejectedExecutionException e) {
            throw new StoreUnavailableException("this worker is shutting down", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("this worker is shutting down", e);
        }
    }

    /// A reader whose statement failed is replaced, whatever the reason, since nobody knows what it holds on to.
    private <T> T read(Read<T> read) {
        SqliteReader reader;
        try {
            reader = readers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("this worker is shutting down", e);
        }
        var back = reader;
        try {
            return read.from(reader);
        } catch (SQLException e) {
            back = reopened(reader);
            throw new StoreUnavailableException("the store cannot be read: " + e.getMessage(), e);
        } finally {
            readers.addFirst(back);
        }
    }

    private SqliteReader reopened(SqliteReader broken) {
        try {
            var fresh = new SqliteReader(path);
            broken.close();
            return fresh;
        } catch (SQLException e) {
            log.warn("A reading connection could not be replaced", e);
            return broken;
        }
    }

    /// @param before what this worker had seen when the read began
    private void see(RevisionToken before, RevisionToken asOf) {
        if (writer == null) {
            file.requireUnchanged(); // Nobody else looks after it where nothing is written.
        }
        String fault = writer == null ? null : writer.lostFile();
        if (fault != null) {
            throw new StoreUnavailableException(fault);
        }
        lastSeen.see(before, asOf);
    }

    @Override
    public Outcome commit(Edit edit) {
        if (queue == null) {
            return new Outcome.NotApplied("this worker only reads");
        }
        String lost = lastSeen.lost();
        if (lost != null) {
            return new Outcome.NotApplied(lost);
        }
        return seen(queue.submit(edit));
    }

    @Override
    public List<Supplier<Outcome>> commitAll(List<Edit> edits) {
        var waiting = new ArrayList<Supplier<Outcome>>();
        for (var edit : edits) {
            if (queue == null || lastSeen.lost() != null) {
                waiting.add(() -> commit(edit)); // It says why not.
            } else {
                var submitted = queue.submit(edit);
                waiting.add(() -> seen(submitted));
            }
        }
        return waiting;
    }

    private Outcome seen(Supplier<Outcome> submitted) {
        var outcome = submitted.get();
        if (outcome instanceof Outcome.Committed committed) {
            lastSeen.advance(committed.asOf());
        }
        return outcome;
    }

    @Override
    public Pruned prune(HistoryConfig rules, long after, Instant now) {
        if (writer == null) {
            throw new StoreUnavailableException("this worker only reads");
        }
        file.requireUnchanged();
        try (var pruner = new SqlitePruner(path)) {
            return pruner.prune(rules, after, now);
        } catch (SQLException e) {
            throw new StoreUnavailableException("versions could not be pruned: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean scrub() {
        if (writer == null) {
            throw new StoreUnavailableException("this worker only reads");
        }
        file.requireUnchanged();
        try (var scrubber = new SqliteScrubber(path, SqliteScrubber.PAGES)) {
            return scrubber.step();
        } catch (SQLException e) {
            throw new StoreUnavailableException("the index of words could not be merged: " + e.getMessage(), e);
        }
    }

    @Override
    public RevisionToken lastSeen() {
        return lastSeen.get();
    }

    @Override
    public void checkReady() {
        var before = lastSeen.get();
        see(before, read(reader -> {
            requireSchema(reader);
            return reader.head();
        }));
        String fault = writer == null ? null : writer.fault();
        if (fault != null) {
            throw new StoreUnavailableException("writes are refused: " + fault);
        }
    }

    @Override
    public boolean isLost() {
        return lastSeen.lost() != null || (writer != null && writer.lostFile() != null);
    }

    @Override
    public void close() {
        if (writer != null && queue != null) {
            writer.stopWaiting();
            queue.close();
            writer.close();
        }
        listings.shutdown();
        for (var reader = readers.poll(); reader != null; reader = readers.poll()) {
            try {
                reader.close();
            } catch (SQLException e) {
                log.warn("A reading connection did not close", e);
            }
        }
    }
}
