package dev.mien.asset;

import dev.mien.store.CommitConfig;
import dev.mien.store.SideSession;
import dev.mien.store.Store;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteAssetTest extends AssetContract {
    @TempDir
    Path directory;

    @Override
    Store open() {
        SqliteMigrations.migrate(directory);
        return new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
    }

    @Override
    Store second(Store first) {
        return first;
    }

    @Override
    SideSession sideOf(Store store) {
        return ((SqliteStore) store).sideTables();
    }

    @Override
    Connection hand() throws SQLException {
        var hand = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteStore.FILE));
        try (var by = hand.createStatement()) {
            by.execute("PRAGMA busy_timeout = 10000");
        }
        return hand;
    }
}
