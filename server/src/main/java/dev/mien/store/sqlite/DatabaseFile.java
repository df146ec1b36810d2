package dev.mien.store.sqlite;

import dev.mien.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The database's file, and whether it is still the one that was opened.
///
/// Connections go on working on a file that was removed or replaced under its name, but nobody who opens it by name
/// will ever see what they write. A `stat` notices; it is the only thing that may be done to the file from outside
/// SQLite, because closing any descriptor of it would drop SQLite's locks (https://www.sqlite.org/howtocorrupt.html
/// §2.2).
final class DatabaseFile {
    private final Path path;
    private final @Nullable Object key;

    DatabaseFile(Path path) throws IOException {
        this.path = path;
        this.key = key();
    }

    private @Nullable Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /// @throws StoreUnavailableException if the file was removed or replaced
    void requireUnchanged() {
        try {
            if (Objects.equals(key, key())) {
                return;
            }
        } catch (IOException gone) {
            throw new StoreUnavailableException(path + " is gone", gone);
        }
        throw new StoreUnavailableException(path + " was replaced by another file");
    }
}
