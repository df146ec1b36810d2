package dev.mien.store.postgres;

import dev.mien.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// A few reading sessions that take turns. Whoever finds all of them busy waits for a while.
final class PostgresReaders implements AutoCloseable {
    private final String what;
    private final Duration patience;
    private final BlockingQueue<PostgresReader> free;

    /// @param what is read with them, for what is said when that fails
    /// @param patience longest time that a read waits for a free session
    PostgresReaders(PostgresReader.Server server, int count, String what, Duration patience) {
        this.what = what;
        this.patience = patience;
        this.free = new ArrayBlockingQueue<>(count);
        for (int i = 0; i < count; i++) {
            free.add(new PostgresReader(server));
        }
    }

    /// A strong read.
    <T> T read(PostgresReader.Read<T> read) {
        return use(reader -> reader.ask(read));
    }

    /// A read that does not prove that the server is still the primary, so its answer is a hint.
    <T> T hint(PostgresReader.Read<T> read) {
        return use(reader -> reader.askUnfenced(read));
    }

    private <T> T use(PostgresReader.Read<T> use) {
        var reader = take();
        try {
            return use.from(reader);
        } catch (SQLException e) {
            throw new StoreUnavailableException(what + " cannot be read: " + e.getMessage(), e);
        } finally {
            free.add(reader);
        }
    }

    private PostgresReader take() {
        try {
            var reader = free.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (reader == null) {
                throw new StoreUnavailableException("every session that reads " + what + " is busy");
            }
            return reader;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("this worker is shutting down", e);
        }
    }

    /// Closes those that are free; nobody reads any more.
    @Override
    public void close() {
        for (var reader = free.poll(); reader != null; reader = free.poll()) {
            reader.close();
        }
    }
}
