package dev.mien;

import dev.mien.store.postgres.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Two workers on one PostgreSQL store, each with its cache.
class CardOnPostgresIT implements CardContract {
    private RunningMien mien;
    private RunningMien other;

    @BeforeEach
    void start() {
        String database = PostgresServer.newDatabase();
        mien = RunningMien.on(database);
        other = RunningMien.on(database);
    }

    @AfterEach
    void stop() {
        other.close();
        mien.close();
    }

    @Override
    public RunningMien mien() {
        return mien;
    }

    @Override
    public RunningMien other() {
        return other;
    }

    @Override
    public RunningMien writer() {
        return other;
    }
}
