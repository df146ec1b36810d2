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

/// The claim of one process to write to a data directory, alone or with its workers, as a lock on a file that is nobody
/// else's. The kernel frees it when the process ends, however it ends.
public final class DataLock implements AutoCloseable {
    private final FileChannel channel;

    /// @param remedy what to do where another process has it
    /// @throws StoreUnavailableException if another process has it, or the directory cannot be written
    public DataLock(Path directory, String remedy) {
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
                        + "; " + remedy);
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
