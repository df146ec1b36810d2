package dev.mien.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system of its own in memory, so small that a test can fill it. Skips the test where nobody may mount one.
final class SmallDisk implements AutoCloseable {
    private final Path root;

    /// @param root where to mount it, not there yet
    /// @param size as `mount` understands it: `6m`
    SmallDisk(Path root, String size) throws IOException, InterruptedException {
        this.root = Files.createDirectory(root);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "mien-test", root.toString()) == 0,
                "skipped: a small file system can only be mounted as root");
    }

    Path root() {
        return root;
    }

    void resize(String size) throws IOException, InterruptedException {
        if (run("mount", "-o", "remount,size=" + size, root.toString()) != 0) {
            throw new IOException("the file system cannot be made " + size);
        }
    }

    private static int run(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words).start().waitFor();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("umount", root.toString());
    }
}
