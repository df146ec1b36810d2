package dev.mien.feed;

import dev.mien.store.postgres.PostgresServer;
import java.util.Map;

class PostgresWorkersKilledIT extends WorkersKilledContract {
    private final String url = PostgresServer.newDatabase();

    @Override
    Map<String, String> place() {
        return Map.of("database", url);
    }
}
