package dev.mien.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the writers of different processes queue before `BEGIN IMMEDIATE`. SQLite's own wait sleeps and polls, so
/// whoever just wrote would mostly be the next to write, and others would starve.
///
/// Two lock files, an outer and an inner one: take the outer, take the inner, let the outer go, write, let the inner
/// go. Whoever just wrote has to take the outer lock again, and there stands behind the one who waits for the inner.
///
/// It is for fairness only: SQLite's write lock is what excludes, so a writer that never comes here (the `sqlite3`
/// tool) breaks nothing. The kernel frees the locks of a process that ends. They belong to the process and not to the
/// thread (POSIX), so only this class opens the files. Where a process has a store twice, its second writer does not
/// queue while the first one does.
final class Turnstile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Turnstile.class);

    private final FileChannel outer;
    private final FileChannel inner;
    private @Nullable FileLock held;

    Turnstile(Path directory) {
        try {
            this.outer = open(directory.resolve("turnstile-outer.lock"));
            this.inner = open(directory.resolve("turnstile-inner.lock"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the lock files in " + directory, e);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /// Waits for this process's turn, for as long as it takes.
    void enter() throws IOException {
        try (var first = outer.lock()) {
            held = inner.lock();
        } catch (OverlappingFileLockException e) {
            log.debug("Another writer of this process queues already", e);
        }
    }

    void leave() throws IOException {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    @Override
    public void close() {
        try (outer;
                inner) {
            leave();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
