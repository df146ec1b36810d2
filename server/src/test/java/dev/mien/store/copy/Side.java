package dev.mien.store.copy;

import dev.mien.store.Store;
import dev.mien.store.postgres.PostgresServer;
import dev.mien.store.postgres.PostgresSnapshot;
import dev.mien.store.postgres.PostgresTarget;
import dev.mien.store.sqlite.SqliteSnapshot;
import dev.mien.store.sqlite.SqliteStore;
import dev.mien.store.sqlite.SqliteTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/// A store that is copied from or to.
///
/// @param place a directory, or an address of PostgreSQL
record Side(String place) {
    private boolean onPostgres() {
        return place.startsWith("jdbc:postgresql:");
    }

    Snapshot snapshot() {
        return onPostgres() ? PostgresSnapshot.open(place, PostgresServer.CONFIG) : SqliteSnapshot.open(Path.of(place));
    }

    Target target() {
        return onPostgres() ? PostgresTarget.open(place, PostgresServer.CONFIG) : SqliteTarget.open(Path.of(place));
    }

    Store store() {
        return onPostgres()
                ? PostgresServer.open(place)
                : new SqliteStore(Path.of(place), PostgresServer.COMMIT, false);
    }

    /// A connection as `sqlite3` or `psql` have it.
    Connection hand() throws SQLException {
        return DriverManager.getConnection(
                onPostgres() ? place : "jdbc:sqlite:" + Path.of(place).resolve(SqliteStore.FILE));
    }

    StoreCopy.Result copyTo(Side target, boolean newIncarnation, CopyProgress progress) {
        try (var read = snapshot();
                var write = target.target()) {
            return new StoreCopy(read, write, newIncarnation, progress).run();
        }
    }

    StoreCopy.Result copyTo(Side target) {
        return copyTo(target, false, (what, done, all) -> {});
    }
}
