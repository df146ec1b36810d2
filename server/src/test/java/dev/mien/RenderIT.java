package dev.mien;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Two workers on one SQLite store.
class RenderIT implements RenderContract {
    @TempDir
    static Path directory;

    private static RunningMien mien;
    private static RunningMien other;

    @BeforeAll
    static void start() {
        mien = new RunningMien(directory);
        other = new RunningMien(directory);
    }

    @AfterAll
    static void stop() {
        mien.close();
        other.close();
    }

    @Override
    public RunningMien mien() {
        return mien;
    }

    @Override
    public RunningMien other() {
        return other;
    }
}
