package dev.mien.store.postgres;

import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@org.junit.jupiter.api.Timeout(120)
class PostgresStoreContractTest implements StoreContract {
    private PostgresStore store;

    @BeforeEach
    void open() {
        store = PostgresServer.open(PostgresServer.newDatabase());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public Store store() {
        return store;
    }
}
