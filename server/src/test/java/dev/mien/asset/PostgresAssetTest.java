package dev.mien.asset;

import dev.mien.store.SideSession;
import dev.mien.store.Store;
import dev.mien.store.postgres.PostgresServer;
import dev.mien.store.postgres.PostgresStore;
import java.sql.Connection;
import java.sql.SQLException;

class PostgresAssetTest extends AssetContract {
    private final String url = PostgresServer.newDatabase();

    @Override
    Store open() {
        return PostgresServer.open(url);
    }

    @Override
    Store second(Store first) {
        return open();
    }

    @Override
    SideSession sideOf(Store store) {
        return ((PostgresStore) store).sideTables();
    }

    @Override
    Connection hand() throws SQLException {
        return PostgresServer.psql(url);
    }
}
