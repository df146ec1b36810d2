package dev.mien;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Two workers on one SQLite store.
class CardIT implements CardContract {
    @TempDir
    Path directory;

    private RunningMien mien;
    private RunningMien other;

    @BeforeEach
    void start() {
        mien = new RunningMien(directory);
        other = new RunningMien(directory);
    }

    @AfterEach
    void stop() {
        other.close();
        mien.close();
    }

    @Override
    public RunningMien mien() {
        return mien;
    }

    @Override
    public RunningMien other() {
        return other;
    }

    @Override
    public RunningMien writer() {
        return mien;
    }
}
