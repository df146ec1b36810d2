package dev.mien.store.sqlite;

import dev.mien.store.StatementCache;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.copy.AssetUse;
import dev.mien.store.copy.Head;
import dev.mien.store.copy.Snapshot;
import dev.mien.store.copy.StoredAsset;
import dev.mien.store.copy.StoredChange;
import dev.mien.store.copy.StoredDocument;
import dev.mien.store.copy.StoredReceipt;
import dev.mien.store.copy.Target;
import dev.mien.store.copy.Tombstone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A copy into a store on SQLite: one transaction with the write lock. What does not fit into memory goes to the WAL,
/// so it grows to the size of the store.
///
/// A document keeps its revision because the triggers take it for a write of Mien's own: such a row carries the number
/// that the head has just reached. So before each row the head is put one below the row's revision. What the triggers
/// write to the log on the way is thrown away before the real log comes.
public final class SqliteTarget implements Target {
    private static final Logger log = LoggerFactory.getLogger(SqliteTarget.class);

    private final Connection connection;
    private final SqliteSnapshot contents;
    private final StatementCache statements = new StatementCache();

    private String trigger = "";

    private SqliteTarget(Connection connection) {
        this.connection = connection;
        this.contents = new SqliteSnapshot(connection);
    }

    /// Opens the store in the directory, which is made and migrated where it is not there yet. The caller has seen to
    /// it that no server has the directory.
    ///
    /// @throws StoreUnavailableException in one clear sentence, if it cannot be used
    public static SqliteTarget open(Path directory) {
        var file = directory.resolve(SqliteStore.FILE);
        try {
            requireNotOlder(file);
            SqliteMigrations.migrate(directory);
            var connection = Sqlite.openWriter(file);
            try {
                var target = new SqliteTarget(connection);
                Sqlite.execute(target.connection, "BEGIN IMMEDIATE");
                target.dropTrigger();
                return target;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("cannot write to " + file + ": " + e.getMessage(), e);
        }
    }

    /// Who uses which file is copied, and not made of the documents: one may name a file that has been erased. The
    /// trigger comes back with the end of the copy, in the same transaction.
    private void dropTrigger() throws SQLException {
        trigger = Sqlite.queryText(connection, "SELECT sql FROM sqlite_schema WHERE name = 'personas_assets_insert'");
        Sqlite.execute(connection, "DROP TRIGGER personas_assets_insert");
    }

    /// To migrate a store that holds something would change it, and it may be one that has to be refused.
    private static void requireNotOlder(Path file) throws SQLException {
        if (!Files.exists(file)) {
            return;
        }
        try (var connection = Sqlite.openWriter(file)) {
            String tables = Sqlite.queryText(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'log_head'");
            if (!tables.equals("0")
                    && !SqliteMigrations.isNewest(connection)
                    && !Sqlite.queryText(connection, "SELECT seq FROM log_head").equals("0")) {
                throw new StoreUnavailableException(
                        "the target holds a store of another version of Mien; nothing was changed");
            }
        }
    }

    @Override
    public Snapshot contents() {
        return contents;
    }

    @Override
    public void putAsset(StoredAsset asset) throws SQLException {
        var insert = prepared("INSERT INTO assets (address, type, size, width, height, put_at, bytes)"
                + " VALUES (?, ?, ?, nullif(?, 0), nullif(?, 0), ?, ?)");
        insert.setString(1, asset.address());
        insert.setString(2, asset.type());
        insert.setLong(3, asset.bytes().length);
        insert.setLong(4, asset.width());
        insert.setLong(5, asset.height());
        insert.setString(6, asset.putAt());
        insert.setBytes(7, asset.bytes());
        insert.executeUpdate();
    }

    @Override
    public void putUse(AssetUse use) throws SQLException {
        var insert = prepared("INSERT INTO asset_uses (persona_id, address) VALUES (?, ?)");
        insert.setString(1, use.personaId());
        insert.setString(2, use.address());
        insert.executeUpdate();
    }

    @Override
    public void putDocument(String collection, StoredDocument document) throws SQLException {
        var head = prepared("UPDATE log_head SET seq = ?1");
        head.setLong(1, document.revision() - 1);
        head.executeUpdate();
        var insert = prepared("INSERT INTO " + collection
                + " (id, version, revision, created_at, updated_at, document)"
                + " VALUES (?1, ?2, ?3, ?4, ?5, CAST(?6 AS TEXT))");
        insert.setString(1, document.id());
        insert.setLong(2, document.version());
        insert.setLong(3, document.revision());
        insert.setString(4, document.createdAt());
        insert.setString(5, document.updatedAt());
        insert.setBytes(6, document.json());
        try {
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new SQLException(collection + " " + document.id() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void beginLog() throws SQLException {
        Sqlite.execute(connection, "DELETE FROM changes");
    }

    @Override
    public void putTombstone(Tombstone tombstone) throws SQLException {
        var insert = prepared("INSERT INTO tombstones (collection, id, version) VALUES (?1, ?2, ?3)");
        insert.setString(1, tombstone.collection());
        insert.setString(2, tombstone.id());
        insert.setLong(3, tombstone.version());
        insert.executeUpdate();
    }

    @Override
    public void putChange(StoredChange stored) throws SQLException {
        var change = stored.change();
        var insert = prepared(
                "INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)"
                        + " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(?10 AS TEXT))");
        insert.setLong(1, change.revision());
        insert.setString(2, change.collection());
        insert.setString(3, change.id());
        insert.setLong(4, change.version());
        insert.setString(5, change.operation());
        insert.setString(6, stored.at());
        insert.setString(7, stored.actor());
        insert.setString(8, stored.message());
        insert.setString(9, stored.fields());
        insert.setBytes(10, stored.document() == null ? null : stored.document().json());
        insert.executeUpdate();
    }

    @Override
    public void putReceipt(StoredReceipt receipt) throws SQLException {
        var insert = prepared("INSERT INTO receipts (key, fingerprint, at, written) VALUES (?1, ?2, ?3, ?4)");
        insert.setString(1, receipt.key());
        insert.setString(2, receipt.fingerprint());
        insert.setString(3, receipt.at());
        insert.setString(4, receipt.written());
        insert.executeUpdate();
    }

    @Override
    public void end(Head head) throws SQLException {
        var update = prepared("UPDATE log_head SET incarnation = ?1, seq = ?2, floor = ?3");
        update.setString(1, head.incarnation());
        update.setLong(2, head.revision());
        update.setLong(3, head.floor());
        update.executeUpdate();
        Sqlite.execute(connection, trigger);
    }

    @Override
    public void commit() throws SQLException {
        Sqlite.execute(connection, "COMMIT");
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        return statements.get(connection, sql);
    }

    /// An open transaction is rolled back.
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            log.warn("The connection did not close", e);
        }
    }
}
