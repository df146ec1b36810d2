package dev.mien.store.sqlite;

import dev.mien.store.Snapshots;
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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The header of the database's WAL-index, which is memory that all its processes share (the file `-shm`).
///
/// A commit writes the header twice, the copy at the front last, and ends after that; a reader takes a header only
/// where both copies are equal (https://www.sqlite.org/walformat.html §2.1.1, §2.3). So as long as the front copy has
/// not changed, no commit has ended and no reader has seen one. Header and content belong together: it counts the
/// transactions and holds the number of frames, their running checksum and the salts of the log. SQLite itself compares
/// these 48 bytes to tell whether the pages that a connection keeps are still current, so to rely on them is to rely on
/// nothing new.
///
/// What may happen at the same time, and why it does no harm:
///
/// - *A header that is half written while it is read.* It equals none that was or will be, since it has a checksum of
///   its own; whoever remembers it finds it changed.
/// - *A writer that dies between the two copies.* The front one is the old one; nobody was told of the commit, and no
///   reader sees it before the recovery has written both copies anew.
/// - *A checkpoint.* It moves pages and leaves the header as it is; or it begins the log anew, which changes the salts.
/// - *A file that was replaced under its name.* Connections stay with the old one and so does this; it is for
///   [DatabaseFile] to notice.
///
/// **The file is opened once and never closed**, since to close any descriptor of it would drop SQLite's locks in this
/// process (https://www.sqlite.org/howtocorrupt.html §2.2). Hence the map that is never cleared: one descriptor for
/// each database that the process ever opens.
final class WalIndex implements Snapshots {
    private static final int HEADER_BYTES = 48;
    private static final int WORDS = HEADER_BYTES / Long.BYTES;
    /// The byte that says that there is a header.
    private static final int IS_INIT = 12;

    private static final Map<Object, WalIndex> OPENED = new HashMap<>();

    private final FileChannel neverClosed;
    private final MemorySegment header;

    private WalIndex(FileChannel channel) throws IOException {
        this.neverClosed = channel;
        this.header = neverClosed.map(MapMode.READ_ONLY, 0, HEADER_BYTES, Arena.global());
    }

    /// The WAL-index of a database that this process has open; null where it has none that can be mapped.
    static @Nullable WalIndex of(Path database) throws IOException {
        // Known to share memory between a mapping and what others write; elsewhere nobody has tried it.
        if (!System.getProperty("os.name").equals("Linux")) {
            return null;
        }
        var file = database.resolveSibling(database.getFileName() + "-shm");
        synchronized (OPENED) {
            if (!Files.exists(file) || Files.size(file) < HEADER_BYTES) {
                return null;
            }
            Object key = Objects.requireNonNull(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey());
            var known = OPENED.get(key);
            if (known == null) {
                known = new WalIndex(FileChannel.open(file, StandardOpenOption.READ));
                OPENED.put(key, known);
            }
            return known;
        }
    }

    /// One look at the header, equal to itself alone.
    private static final class Header implements Snapshot {
        private final long[] words;

        private Header(long[] words) {
            this.words = words;
        }
    }

    @Override
    public @Nullable Snapshot newest() {
        VarHandle.fullFence();
        if (header.get(ValueLayout.JAVA_BYTE, IS_INIT) == 0) {
            return null;
        }
        long[] words = new long[WORDS];
        MemorySegment.copy(header, ValueLayout.JAVA_LONG, 0, words, 0, WORDS);
        VarHandle.fullFence();
        return new Header(words);
    }

    /// The fences keep the processor and the compiler from looking earlier or later than the caller does.
    @Override
    public boolean isNewest(Snapshot snapshot) {
        long[] words = ((Header) snapshot).words;
        VarHandle.fullFence();
        boolean same = true;
        for (int i = 0; i < WORDS; i++) {
            same &= header.getAtIndex(ValueLayout.JAVA_LONG, i) == words[i];
        }
        VarHandle.fullFence();
        return same;
    }
}
