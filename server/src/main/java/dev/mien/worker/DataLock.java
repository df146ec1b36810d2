package dev.mien.worker;

import dev.mien.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The claim of one supervisor to a data directory, as a lock on a file that is nobody else's. The kernel frees it when
/// the process ends, however it ends.
final class DataLock implements AutoCloseable {
    private final FileChannel channel;

    /// @throws StoreUnavailableException if another supervisor has it, or the directory cannot be written
    DataLock(Path directory) {
        var file = directory.resolve("supervisor.lock");
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                var text = ByteBuffer.allocate(20);
                channel.read(text, 0);
                channel.close();
                throw new StoreUnavailableException(directory + " is in use by the server with process id "
                        + new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip()
                        + "; stop that one first, or add --read-only");
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
        } catch (IOException e) {
            throw new StoreUnavailableException("cannot write to " + directory + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof AccessDeniedException
                ? "permission denied"
                : e instanceof FileSystemException f && f.getReason() != null
                        ? f.getReason()
                        : String.valueOf(e.getMessage());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
