package dev.mien.store.postgres;

import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@org.junit.jupiter.api.Timeout(120)
class PostgresStoreContractTest implements StoreContract {
    private String url;
    private PostgresStore store;
    private Store second;

    @BeforeEach
    void open() {
        url = PostgresServer.newDatabase();
        store = PostgresServer.open(url);
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
