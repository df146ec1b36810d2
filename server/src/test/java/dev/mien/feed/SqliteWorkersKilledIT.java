package dev.mien.feed;

import dev.mien.store.sqlite.SqliteMigrations;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteWorkersKilledIT extends WorkersKilledContract {
    @TempDir
    Path directory;

    @BeforeEach
    void migrate() {
        SqliteMigrations.migrate(directory);
    }

    @Override
    Map<String, String> place() {
        return Map.of("data", directory.toString());
    }
}
