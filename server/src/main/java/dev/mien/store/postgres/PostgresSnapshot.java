package dev.mien.store.postgres;

import dev.mien.store.Changes.Change;
import dev.mien.store.PostgresConfig;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.copy.AssetUse;
import dev.mien.store.copy.Head;
import dev.mien.store.copy.Snapshot;
import dev.mien.store.copy.StoredAsset;
import dev.mien.store.copy.StoredChange;
import dev.mien.store.copy.StoredDocument;
import dev.mien.store.copy.StoredReceipt;
import dev.mien.store.copy.Tombstone;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// One state of a store on PostgreSQL: that of a transaction which is `REPEATABLE READ`. Writers are not held up;
/// VACUUM removes nothing that is newer for as long as this is open.
public final class PostgresSnapshot implements Snapshot {
    /// Rows that the server sends at once. A document may have a megabyte.
    private static final int FETCH = 20;

    private final Connection connection;

    /// @param connection with an open transaction
    PostgresSnapshot(Connection connection) {
        this.connection = connection;
    }

    /// Opens a store that exists and is migrated, beside whoever else has it.
    ///
    /// @throws StoreUnavailableException in one clear sentence, if there is none
    public static PostgresSnapshot open(String url, PostgresConfig config) {
        try {
            var primary = new Primary(url, config, false);
            var connection = primary.connect(Primary.Use.COPY);
            try {
                if (!PostgresMigrations.isNewest(connection)) {
                    throw new StoreUnavailableException(
                            "the database holds no store, or one of another version of Mien; open it once with a server"
                                    + " of this version");
                }
                primary.nameHistory(connection);
                connection.setReadOnly(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                connection.setAutoCommit(false);
                var snapshot = new PostgresSnapshot(connection);
                snapshot.head();
                return snapshot;
            } catch (SQLException | RuntimeException e) {
                Primary.closeQuietly(connection);
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("cannot open the source: " + e.getMessage(), e);
        }
    }

    private PreparedStatement query(String sql) throws SQLException {
        var statement = connection.prepareStatement(sql);
        statement.setFetchSize(FETCH);
        return statement;
    }

    @Override
    public Head head() throws SQLException {
        try (var statement = query("SELECT incarnation, seq, floor FROM log_head WHERE id = 1");
                var row = statement.executeQuery()) {
            row.next();
            return new Head(row.getString(1), row.getLong(2), row.getLong(3));
        }
    }

    @Override
    public long count(String table) throws SQLException {
        try (var statement = query("SELECT count(*) FROM " + table);
                var row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void documents(String collection, Each<StoredDocument> each) throws SQLException {
        try (var statement = query("SELECT id, version, revision, created_at, updated_at, document::text FROM "
                        + collection + " ORDER BY id");
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                each.accept(new StoredDocument(
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getBytes(6)));
            }
        }
    }

    @Override
    public void tombstones(Each<Tombstone> each) throws SQLException {
        try (var statement =
                        query("SELECT collection, id, version FROM tombstones ORDER BY collection COLLATE \"C\", id");
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                each.accept(new Tombstone(rows.getString(1), rows.getString(2), rows.getLong(3)));
            }
        }
    }

    @Override
    public void changes(Each<StoredChange> each) throws SQLException {
        try (var statement = query("SELECT revision, collection, id, version, operation, at, actor, message, fields,"
                        + " created_at, document::text FROM changes ORDER BY revision");
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                each.accept(change(rows));
            }
        }
    }

    private static StoredChange change(ResultSet row) throws SQLException {
        var change = new Change(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4), row.getString(5));
        String at = row.getString(6);
        byte[] body = row.getBytes(11);
        return new StoredChange(
                change,
                at,
                row.getString(7),
                row.getString(8),
                row.getString(9),
                body == null
                        ? null
                        : new StoredDocument(
                                change.id(), change.version(), change.revision(), row.getString(10), at, body));
    }

    @Override
    public void receipts(Each<StoredReceipt> each) throws SQLException {
        try (var statement = query("SELECT key, fingerprint, at, written FROM receipts ORDER BY key");
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                each.accept(
                        new StoredReceipt(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)));
            }
        }
    }

    @Override
    public void assets(Each<StoredAsset> each) throws SQLException {
        try (var statement = connection.prepareStatement(
                        "SELECT address, type, width, height, put_at, bytes FROM assets ORDER BY address");
                var rows = oneByOne(statement)) {
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

    /// A file may have a hundred megabytes.
    private static ResultSet oneByOne(PreparedStatement statement) throws SQLException {
        statement.setFetchSize(1);
        return statement.executeQuery();
    }

    @Override
    public void uses(Each<AssetUse> each) throws SQLException {
        try (var statement = query("SELECT persona_id, address FROM asset_uses ORDER BY persona_id, address");
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                each.accept(new AssetUse(rows.getString(1), rows.getString(2)));
            }
        }
    }

    @Override
    public void close() {
        Primary.closeQuietly(connection);
    }
}
