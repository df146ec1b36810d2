package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.store.AsOf;
import dev.mien.store.ChangeLog;
import dev.mien.store.ChangeSource;
import dev.mien.store.Changes;
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
import dev.mien.store.PostgresConfig;
import dev.mien.store.Pruned;
import dev.mien.store.Query;
import dev.mien.store.SideSession;
import dev.mien.store.SideTables;
import dev.mien.store.Store;
import dev.mien.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The store of one worker on PostgreSQL. Any number of workers on any number of machines may have the same database.
///
/// Reads run on the calling thread, on one of a few reading sessions. Writes go through the [CommitQueue].
///
/// A read that meets another history under the same address (a restored copy, a standby that was promoted) is the last
/// one ([LastSeen]).
///
/// **All answers of a store are of one line of history**, since they have one incarnation, and that names the line (see
/// [Primary]). A session that was left over from before a promotion cannot answer beside one from after it.
public final class PostgresStore implements Store, ChangeSource, ChangeLog {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /// One for whoever follows the whole log, one for those who are behind. They are their own, so that those who ask
    /// for many old changes do not keep reads of documents waiting.
    private static final int LOG_SESSIONS = 2;

    private static final Duration LOG_PATIENCE = Duration.ofSeconds(5);

    private final Primary primary;
    private final PostgresReaders readers;
    private final PostgresReaders logReaders;
    private final PostgresFollower follower;
    private final ReentrantLock following = new ReentrantLock();
    private final LastSeen lastSeen;
    private final @Nullable PostgresWriter writer;
    private final @Nullable CommitQueue queue;

    /// Opens a database that exists and is migrated.
    ///
    /// @param url as JDBC spells it: `jdbc:postgresql://host/database`
    /// @param readOnly whether to refuse every edit
    /// @throws StoreUnavailableException if it cannot be opened
    public PostgresStore(String url, PostgresConfig config, CommitConfig commit, boolean readOnly) {
        this.primary = new Primary(url, config, readOnly);
        this.readers = new PostgresReaders(primary, config.connections(), "the store", PATIENCE);
        this.logReaders = new PostgresReaders(primary, LOG_SESSIONS, "the change log", LOG_PATIENCE);
        try {
            try (var connection = primary.connect(Primary.Use.READ)) {
                requireSchema(PostgresMigrations.version(connection));
            }
            this.lastSeen = new LastSeen(readers.hint(PostgresReader::head));
        } catch (SQLException e) {
            readers.close();
            throw new StoreUnavailableException("cannot open the database: " + e.getMessage(), e);
        } catch (StoreUnavailableException e) {
            readers.close();
            throw e;
        }
        this.follower = new PostgresFollower(primary);
        this.writer = readOnly ? null : new PostgresWriter(primary, lastSeen::get);
        this.queue = writer == null ? null : new CommitQueue(commit, writer);
    }

    private static void requireSchema(String found) {
        if (!found.equals(PostgresMigrations.NEWEST)) {
            throw new StoreUnavailableException(
                    "the store's schema is version " + found + "; this program needs " + PostgresMigrations.NEWEST);
        }
    }

    @Override
    public Found find(Collection collection, String id) {
        return find(collection, "id", id);
    }

    @Override
    public Found findBy(Collection collection, String field, String value) {
        if (!collection.uniqueFields().contains(field)) {
            throw new IllegalArgumentException(field + " is not unique");
        }
        return find(collection, field, value);
    }

    private Found find(Collection collection, String field, String value) {
        return seen(readers, reader -> reader.find(collection, field, value));
    }

    @Override
    public Listing list(Collection collection, Query query) {
        return seen(readers, reader -> reader.list(collection, query));
    }

    @Override
    public FoundVersion findVersion(Collection collection, String id, long version) {
        return seen(readers, reader -> reader.findVersion(collection, id, version));
    }

    @Override
    public FoundVersion findRevision(Collection collection, String id, long revision) {
        return seen(readers, reader -> reader.findRevision(collection, id, revision));
    }

    @Override
    public History history(Collection collection, String id, long before, int limit) {
        return seen(readers, reader -> reader.history(collection, id, before, limit));
    }

    private <T extends AsOf> T seen(PostgresReaders from, PostgresReader.Read<T> read) {
        var before = lastSeen.get();
        var answer = from.read(read);
        see(before, answer.asOf());
        return answer;
    }

    @Override
    public Changes changesAfter(long after, int limit) {
        var before = lastSeen.get();
        Changes changes;
        following.lock();
        try {
            changes = follower.changesAfter(after, limit);
        } catch (SQLException e) {
            throw new StoreUnavailableException("the change log cannot be read: " + e.getMessage(), e);
        } finally {
            following.unlock();
        }
        see(before, changes.head());
        return changes;
    }

    /// Tables beside the documents.
    public SideSession sideTables() {
        return new SideSession(
                () -> primary.open(Primary.Use.WRITE),
                this::readBeside,
                "(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
    }

    private <T extends AsOf> T readBeside(SideTables.Work<T> work) {
        return seen(readers, reader -> reader.beside(work));
    }

    @Override
    public RevisionToken peek() {
        return logReaders.hint(PostgresReader::head);
    }

    @Override
    public ChangeLog.Page read(long after, int limit, boolean documents) {
        return seen(logReaders, reader -> reader.changes(after, limit, documents));
    }

    /// @param before what this worker had seen when the read began
    private void see(RevisionToken before, RevisionToken asOf) {
        String fault = lost();
        if (fault != null) {
            throw new StoreUnavailableException(fault);
        }
        lastSeen.see(before, asOf);
    }

    private @Nullable String lost() {
        String fault = lastSeen.lost();
        return fault != null || writer == null ? fault : writer.lost();
    }

    @Override
    public Outcome commit(Edit edit) {
        if (queue == null) {
            return new Outcome.NotApplied("this worker only reads");
        }
        String fault = lost();
        if (fault != null) {
            return new Outcome.NotApplied(fault);
        }
        return seen(queue.submit(edit));
    }

    @Override
    public List<Supplier<Outcome>> commitAll(List<Edit> edits) {
        var waiting = new ArrayList<Supplier<Outcome>>();
        for (var edit : edits) {
            if (queue == null || lost() != null) {
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
        if (queue == null) {
            throw new StoreUnavailableException("this worker only reads");
        }
        try (var session = primary.open(Primary.Use.WRITE)) {
            return PostgresPruner.prune(session, rules, after, now);
        } catch (SQLException e) {
            throw new StoreUnavailableException("versions could not be pruned: " + e.getMessage(), e);
        }
    }

    @Override
    public RevisionToken lastSeen() {
        return lastSeen.get();
    }

    @Override
    public void checkReady() {
        var before = lastSeen.get();
        see(before, readers.read(reader -> {
            requireSchema(reader.schemaVersion());
            return reader.head();
        }));
        String fault = writer == null ? null : writer.fault();
        if (fault != null) {
            throw new StoreUnavailableException("writes are refused: " + fault);
        }
    }

    @Override
    public boolean isLost() {
        return lost() != null;
    }

    @Override
    public void close() {
        if (writer != null && queue != null) {
            queue.close();
            writer.close();
        }
        logReaders.close();
        following.lock();
        try {
            follower.close();
        } finally {
            following.unlock();
        }
        readers.close();
    }
}
