package dev.mien.cache;

import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.postgres.PostgresServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// The cache in front of the database that it is for.
@Timeout(120)
class CoherentPostgresStoreContractTest implements StoreContract {
    private String url;
    private Store store;
    private Store second;

    @BeforeEach
    void open() {
        url = PostgresServer.newDatabase();
        var database = PostgresServer.open(url);
        store = new CoherentStore(database, database, Scenario.config(Duration.ofSeconds(30)));
        second = another();
    }

    @AfterEach
    void close() {
        second.close();
        store.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store another() {
        return PostgresServer.open(url);
    }

    @Override
    public List<Store> workers() {
        return List.of(store, second);
    }
}
