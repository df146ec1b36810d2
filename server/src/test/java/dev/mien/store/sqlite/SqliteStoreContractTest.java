package dev.mien.store.sqlite;

import dev.mien.store.CommitConfig;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

@org.junit.jupiter.api.Timeout(120)
class SqliteStoreContractTest implements StoreContract {
    @TempDir
    Path directory;

    private SqliteStore store;

    @BeforeEach
    void open() {
        SqliteMigrations.migrate(directory);
        store = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
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
        return new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
    }
}
