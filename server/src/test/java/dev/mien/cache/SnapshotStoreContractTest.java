package dev.mien.cache;

import dev.mien.store.CommitConfig;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The cache keeps the promises of SQLite behind it.
@org.junit.jupiter.api.Timeout(120)
class SnapshotStoreContractTest implements StoreContract {
    @TempDir
    Path directory;

    private Store store;

    @BeforeEach
    void open() {
        SqliteMigrations.migrate(directory);
        store = another();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store another() {
        var database = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
        return new SnapshotStore(
                database, Objects.requireNonNull(database.snapshots()), Scenario.config(Duration.ofSeconds(30)));
    }
}
