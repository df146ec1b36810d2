package dev.mien.store.postgres;

import dev.mien.store.PruningContract;
import dev.mien.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PostgresPruningTest implements PruningContract {
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
