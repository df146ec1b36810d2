package dev.mien.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one session for [SideTables], opened when it is first needed and dropped when a statement failed.
public final class SideSession implements SideTables, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SideSession.class);

    /// Opens a session that may write.
    public interface Opener {
        Connection open() throws SQLException;
    }

    /// Reads as the store reads documents.
    public interface Reads {
        <T extends AsOf> T read(Work<T> work);
    }

    private final Opener opener;
    private final Reads reads;
    private final String clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection session;

    public SideSession(Opener opener, Reads reads, String clock) {
        this.opener = opener;
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    public <T> T use(Work<T> work) {
        lock.lock();
        try {
            var open = session;
            if (open == null) {
                open = opener.open();
                session = open;
            }
            return work.on(open);
        } catch (SQLException e) {
            drop();
            throw new StoreUnavailableException("a table beside the documents cannot be used: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T extends AsOf> T read(Work<T> work) {
        return reads.read(work);
    }

    private void drop() {
        try {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            log.debug("A session did not close", e);
        }
        session = null;
    }

    @Override
    public String clock() {
        return clock;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            drop();
        } finally {
            lock.unlock();
        }
    }
}
