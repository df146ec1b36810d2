package dev.mien.feed;

import dev.mien.Mien;
import dev.mien.config.Settings;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/// The lock files of a store are for one writer in a process, so the second worker only reads.
class SqliteChangeFeedIT extends ChangeFeedContract {
    @TempDir
    Path directory;

    @Override
    Mien worker(int number, List<String> settings) {
        SqliteMigrations.migrate(directory);
        var values = new HashMap<String, String>();
        settings.forEach(setting -> values.put(setting.split("=")[0], setting.split("=")[1]));
        values.putAll(Map.of("port", "0", "data", directory.toString(), "read-only", Boolean.toString(number > 1)));
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
