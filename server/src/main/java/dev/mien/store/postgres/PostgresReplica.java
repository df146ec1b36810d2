package dev.mien.store.postgres;

import dev.mien.store.Collection;
import dev.mien.store.Found;
import dev.mien.store.Listing;
import dev.mien.store.PostgresConfig;
import dev.mien.store.Query;
import dev.mien.store.Replica;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A standby server, read on the calling thread over a few sessions of its own. They are opened when they are needed.
///
/// Nobody waits for a session, and a standby that failed is left alone for a while: its absence costs one reader in
/// each such while a short time, and no reader the answer.
public final class PostgresReplica implements Replica {
    private static final Logger log = LoggerFactory.getLogger(PostgresReplica.class);
    /// How long a standby that failed is left alone, counted from the last attempt.
    private static final Duration REST = Duration.ofSeconds(1);

    private final BlockingQueue<PostgresReader> readers;
    private final AtomicLong failedAt = new AtomicLong();
    private volatile boolean hasFailed;

    /// @param url as JDBC spells it, of a standby of the store's primary
    public PostgresReplica(String url, PostgresConfig config) {
        var standby = new Standby(url, config);
        this.readers = new ArrayBlockingQueue<>(config.connections());
        for (int i = 0; i < config.connections(); i++) {
            readers.add(new PostgresReader(standby));
        }
    }

    @Override
    public @Nullable Found find(Collection collection, String id) {
        return read(reader -> reader.find(collection, "id", id));
    }

    @Override
    public @Nullable Found findBy(Collection collection, String field, String value) {
        if (!collection.uniqueFields().contains(field)) {
            throw new IllegalArgumentException(field + " is not unique");
        }
        return read(reader -> reader.find(collection, field, value));
    }

    @Override
    public @Nullable Listing list(Collection collection, Query query) {
        return read(reader -> reader.list(collection, query));
    }

    private <T> @Nullable T read(PostgresReader.Read<T> read) {
        var reader = mayTry() ? readers.poll() : null;
        if (reader == null) {
            return null;
        }
        try {
            var answer = reader.ask(read);
            if (hasFailed) {
                hasFailed = false;
                log.info("The standby answers again");
            }
            return answer;
        } catch (SQLException e) {
            fail(e);
            return null;
        } finally {
            readers.add(reader);
        }
    }

    /// Whether the standby works as far as is known, or it is this reader's turn to find out.
    private boolean mayTry() {
        if (!hasFailed) {
            return true;
        }
        long last = failedAt.get();
        long now = System.nanoTime();
        return now - last >= REST.toNanos() && failedAt.compareAndSet(last, now);
    }

    private void fail(SQLException e) {
        failedAt.set(System.nanoTime());
        if (!hasFailed) {
            log.warn("The standby is not used for now: {}", e.getMessage());
        }
        hasFailed = true;
    }

    @Override
    public void close() {
        for (var reader = readers.poll(); reader != null; reader = readers.poll()) {
            reader.close();
        }
    }
}
