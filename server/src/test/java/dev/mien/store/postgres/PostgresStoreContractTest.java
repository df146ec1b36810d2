package dev.mien.store.postgres;

import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@org.junit.jupiter.api.Timeout(120)
class PostgresStoreContractTest implements StoreContract {
    private String url;
    private PostgresStore store;

    @BeforeEach
    void open() {
        url = PostgresServer.newDatabase();
        store = PostgresServer.open(url);
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
        return PostgresServer.open(url);
    }
}
