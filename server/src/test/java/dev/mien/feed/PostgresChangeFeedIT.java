package dev.mien.feed;

import dev.mien.Mien;
import dev.mien.config.Settings;
import dev.mien.store.postgres.PostgresServer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class PostgresChangeFeedIT extends ChangeFeedContract {
    private final String url = PostgresServer.newDatabase();

    @Override
    Mien worker(int number, List<String> settings) {
        var values = new HashMap<String, String>();
        settings.forEach(setting -> values.put(setting.split("=")[0], setting.split("=")[1]));
        values.putAll(Map.of("port", "0", "database", url));
        var mien = new Mien(Settings.of(values, Map.of(), null).toConfig(), number);
        mien.start();
        return mien;
    }

    @Override
    void sql(String statement) throws SQLException {
        try (var connection = PostgresServer.psql(url)) {
            PostgresServer.run(connection, statement);
        }
    }
}
