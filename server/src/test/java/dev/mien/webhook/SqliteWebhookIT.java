package dev.mien.webhook;

import dev.mien.Mien;
import dev.mien.config.Settings;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class SqliteWebhookIT extends WebhookContract {
    @TempDir
    Path directory;

    @Override
    Mien worker(int number, Map<String, String> settings) {
        SqliteMigrations.migrate(directory);
        var values = new HashMap<>(settings);
        values.putAll(Map.of("port", "0", "data", directory.toString()));
        var mien = new Mien(Settings.of(values, Map.of(), null).toConfig(), number);
        mien.start();
        return mien;
    }

    @Override
    void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteStore.FILE));
                var by = connection.createStatement()) {
            by.execute("PRAGMA busy_timeout = 10000");
            by.execute(statement);
        }
    }
}
