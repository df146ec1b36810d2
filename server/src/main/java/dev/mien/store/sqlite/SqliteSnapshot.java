package dev.mien.store.sqlite;

import dev.mien.store.Changes.Change;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.copy.AssetUse;
import dev.mien.store.copy.Head;
import dev.mien.store.copy.Snapshot;
import dev.mien.store.copy.StoredAsset;
import dev.mien.store.copy.StoredChange;
import dev.mien.store.copy.StoredDocument;
import dev.mien.store.copy.StoredReceipt;
import dev.mien.store.copy.Tombstone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// One state of a store on SQLite: that of a transaction, whose first `SELECT` fixed it. Writers are not held up; the
/// WAL grows by what they write for as long as this is open.
public final class SqliteSnapshot implements Snapshot {
    private final Connection connection;

    /// @param connection with an open transaction
    SqliteSnapshot(Connection connection) {
        this.connection = connection;
    }

    /// Opens a store that exists and is migrated, beside whoever else has it.
    ///
    /// @throws StoreUnavailableException in one clear sentence, if there is none
    public static SqliteSnapshot open(Path directory) {
        var file = directory.resolve(SqliteStore.FILE);
        if (!Files.exists(file)) {
            throw new StoreUnavailableException("there is no store in " + directory);
        }
        try {
            var connection = Sqlite.openReader(file);
            try {
                if (!SqliteMigrations.isNewest(connection)) {
                    throw new StoreUnavailableException("the store in " + directory
                            + " is of another version of Mien; open it once with a server of this version");
                }
                try (var statement = connection.createStatement()) {
                    statement.execute("BEGIN");
                }
                var snapshot = new SqliteSnapshot(connection);
                snapshot.head();
                return snapshot;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Head head() throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT incarnation, seq, floor FROM log_head WHERE id = 1")) {
            row.next();
            return new Head(row.getString(1), row.getLong(2), row.getLong(3));
        }
    }

    @Override
    public long count(String table) throws SQLException {
        return Long.parseLong(Sqlite.queryText(connection, "SELECT count(*) FROM " + table));
    }

    @Override
    public void documents(String collection, Each<StoredDocument> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT id, version, revision, created_at, document FROM " + collection + " ORDER BY id")) {
            while (rows.next()) {
                each.accept(StoredDocument.of(
                        rows.getBytes(5), rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getString(4)));
            }
        }
    }

    @Override
    public void tombstones(Each<Tombstone> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT collection, id, version FROM tombstones ORDER BY collection, id")) {
            while (rows.next()) {
                each.accept(new Tombstone(rows.getString(1), rows.getString(2), rows.getLong(3)));
            }
        }
    }

    @Override
    public void changes(Each<StoredChange> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT revision, collection, id, version, operation, at, actor, message, fields, document"
                                + " FROM changes ORDER BY revision")) {
            while (rows.next()) {
                var change = new Change(
                        rows.getLong(1), rows.getString(2), rows.getString(3), rows.getLong(4), rows.getString(5));
                byte[] json = rows.getBytes(10);
                each.accept(new StoredChange(
                        change,
                        rows.getString(6),
                        rows.getString(7),
                        rows.getString(8),
                        rows.getString(9),
                        json == null
                                ? null
                                : StoredDocument.ofHistory(json, change.id(), change.version(), change.revision())));
            }
        }
    }

    @Override
    public void receipts(Each<StoredReceipt> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT key, fingerprint, at, written FROM receipts ORDER BY key")) {
            while (rows.next()) {
                each.accept(
                        new StoredReceipt(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)));
            }
        }
    }

    @Override
    public void assets(Each<StoredAsset> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT address, type, width, height, put_at, bytes FROM assets ORDER BY address")) {
            while (rows.next()) {
                each.accept(new StoredAsset(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getString(5),
                        rows.getBytes(6)));
            }
        }
    }

    @Override
    public void uses(Each<AssetUse> each) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT persona_id, address FROM asset_uses ORDER BY persona_id, address")) {
            while (rows.next()) {
                each.accept(new AssetUse(rows.getString(1), rows.getString(2)));
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreUnavailableException("cannot close the source: " + e.getMessage(), e);
        }
    }
}
