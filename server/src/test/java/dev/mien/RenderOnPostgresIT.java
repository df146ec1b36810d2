package dev.mien;

import dev.mien.store.postgres.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// Two workers on one PostgreSQL store, each with a cache of its own.
class RenderOnPostgresIT implements RenderContract {
    private static RunningMien mien;
    private static RunningMien other;

    @BeforeAll
    static void start() {
        String url = PostgresServer.newDatabase();
        mien = RunningMien.on(url);
        other = RunningMien.on(url);
    }

    @AfterAll
    static void stop() {
        mien.close();
        other.close();
    }

    @Override
    public RunningMien mien() {
        return mien;
    }

    @Override
    public RunningMien other() {
        return other;
    }
}
