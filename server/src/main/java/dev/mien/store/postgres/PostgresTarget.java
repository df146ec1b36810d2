package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
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
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A copy into a store on PostgreSQL: one transaction that holds a lock on every table against all other writers.
///
/// Rows keep their versions and revisions because the transaction says what `write_batch` says to the triggers: that it
/// is Mien itself which writes. Rows gather in memory and go in batches, each behind a savepoint, so that a row that
/// does not fit can be named.
public final class PostgresTarget implements Target {
    private static final int BATCH_ROWS = 500;
    private static final int BATCH_BYTES = 1024 * 1024;
    /// How long sessions that have just ended may still be seen.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String OTHERS = """
            SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'mien' AND pid <> pg_backend_pid()
            """;

    private static final String LOCK = "LOCK TABLE users, personas, labels, tombstones, changes, receipts, unstamped,"
            + " assets, asset_uses, unstamped_changes, log_head IN EXCLUSIVE MODE";

    private final Connection connection;
    private final PostgresSnapshot contents;
    private final List<StoredDocument> documents = new ArrayList<>();
    private final List<Tombstone> tombstones = new ArrayList<>();
    private final List<StoredChange> changes = new ArrayList<>();
    private final List<StoredReceipt> receipts = new ArrayList<>();
    private String collection = "";
    private long bytes;

    private PostgresTarget(Connection connection) {
        this.connection = connection;
        this.contents = new PostgresSnapshot(connection);
    }

    /// Opens the store in the database, which is migrated where it is empty.
    ///
    /// @throws StoreUnavailableException in one clear sentence, if it cannot be used or somebody else uses it
    public static PostgresTarget open(String url, PostgresConfig config) {
        PostgresMigrations.migrate(url, config);
        try {
            var connection = new Primary(url, config, false).open(Primary.Use.COPY);
            try {
                requireAlone(connection);
                connection.setAutoCommit(false);
                var target = new PostgresTarget(connection);
                target.execute(LOCK);
                target.execute("SELECT set_config('mien.batch', 'on', true), set_config('mien.copy', 'on', true)");
                return target;
            } catch (SQLException | RuntimeException e) {
                Primary.closeQuietly(connection);
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("cannot write to the target: " + e.getMessage(), e);
        }
    }

    /// A courtesy: a server that comes later waits for the locks, and finds then that its store has gone.
    private static void requireAlone(Connection connection) throws SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (others(connection) > 0) {
            if (System.nanoTime() > end) {
                throw new StoreUnavailableException(
                        "the target is in use by a server or by another copy; stop that first");
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreUnavailableException("interrupted", e);
            }
        }
    }

    private static long others(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(OTHERS)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public Snapshot contents() {
        return contents;
    }

    @Override
    public void putAsset(StoredAsset asset) throws SQLException {
        try (var insert =
                connection.prepareStatement("INSERT INTO assets (address, type, size, width, height, put_at, bytes)"
                        + " VALUES (?, ?, ?, nullif(?, 0), nullif(?, 0), ?, ?)")) {
            insert.setString(1, asset.address());
            insert.setString(2, asset.type());
            insert.setLong(3, asset.bytes().length);
            insert.setLong(4, asset.width());
            insert.setLong(5, asset.height());
            insert.setString(6, asset.putAt());
            insert.setBytes(7, asset.bytes());
            insert.executeUpdate();
        }
    }

    @Override
    public void putUse(AssetUse use) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO asset_uses (persona_id, address) VALUES (?, ?)")) {
            insert.setString(1, use.personaId());
            insert.setString(2, use.address());
            insert.executeUpdate();
        }
    }

    @Override
    public void putDocument(String name, StoredDocument document) throws SQLException {
        if (!name.equals(collection)) {
            flushDocuments();
            collection = name;
        }
        documents.add(document);
        bytes += document.body().length;
        if (documents.size() >= BATCH_ROWS || bytes >= BATCH_BYTES) {
            flushDocuments();
        }
    }

    private void flushDocuments() throws SQLException {
        if (documents.isEmpty()) {
            return;
        }
        var before = connection.setSavepoint();
        try {
            insertDocuments(documents);
        } catch (SQLException e) {
            connection.rollback(before);
            throw unfit(e);
        }
        connection.releaseSavepoint(before);
        documents.clear();
        bytes = 0;
    }

    /// The batch once more, row by row, to find the one that does not fit.
    private SQLException unfit(SQLException ofAll) {
        for (var document : documents) {
            try {
                insertDocuments(List.of(document));
            } catch (SQLException e) {
                return new SQLException(collection + " " + document.id() + ": " + e.getMessage(), e);
            }
        }
        return ofAll;
    }

    private void insertDocuments(List<StoredDocument> rows) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO " + collection
                + " (id, version, revision, created_at, updated_at, document)"
                + " SELECT id, version, revision, created_at, updated_at, document::json FROM unnest("
                + "?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[])"
                + " AS u (id, version, revision, created_at, updated_at, document)")) {
            insert.setArray(1, array("text", rows, StoredDocument::id));
            insert.setArray(2, array("bigint", rows, StoredDocument::version));
            insert.setArray(3, array("bigint", rows, StoredDocument::revision));
            insert.setArray(4, array("text", rows, StoredDocument::createdAt));
            insert.setArray(5, array("text", rows, StoredDocument::updatedAt));
            insert.setArray(6, array("text", rows, row -> new String(row.body(), StandardCharsets.UTF_8)));
            insert.executeUpdate();
        }
    }

    private <T> java.sql.Array array(String type, List<T> rows, Function<T, @Nullable Object> column)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }

    @Override
    public void beginLog() throws SQLException {
        flushDocuments();
    }

    @Override
    public void putTombstone(Tombstone tombstone) throws SQLException {
        tombstones.add(tombstone);
        if (tombstones.size() >= BATCH_ROWS) {
            flushTombstones();
        }
    }

    private void flushTombstones() throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO tombstones (collection, id, version)"
                + " SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[])")) {
            insert.setArray(1, array("text", tombstones, Tombstone::collection));
            insert.setArray(2, array("text", tombstones, Tombstone::id));
            insert.setArray(3, array("bigint", tombstones, Tombstone::version));
            insert.executeUpdate();
        }
        tombstones.clear();
    }

    @Override
    public void putChange(StoredChange change) throws SQLException {
        changes.add(change);
        bytes += change.document() == null ? 0 : change.document().body().length;
        if (changes.size() >= BATCH_ROWS || bytes >= BATCH_BYTES) {
            flushChanges();
        }
    }

    private void flushChanges() throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO changes"
                + " (revision, collection, id, version, operation, at, actor, message, fields, created_at, document)"
                + " SELECT revision, collection, id, version, operation, at, actor, message, fields, created_at,"
                + " document::json FROM unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[],"
                + " ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])"
                + " AS u (revision, collection, id, version, operation, at, actor, message, fields, created_at,"
                + " document)")) {
            insert.setArray(1, array("bigint", changes, row -> row.change().revision()));
            insert.setArray(2, array("text", changes, row -> row.change().collection()));
            insert.setArray(3, array("text", changes, row -> row.change().id()));
            insert.setArray(4, array("bigint", changes, row -> row.change().version()));
            insert.setArray(5, array("text", changes, row -> row.change().operation()));
            insert.setArray(6, array("text", changes, StoredChange::at));
            insert.setArray(7, array("text", changes, StoredChange::actor));
            insert.setArray(8, array("text", changes, StoredChange::message));
            insert.setArray(9, array("text", changes, StoredChange::fields));
            insert.setArray(10, array("text", changes, PostgresTarget::createdAt));
            insert.setArray(11, array("text", changes, PostgresTarget::body));
            insert.executeUpdate();
        }
        changes.clear();
        bytes = 0;
    }

    private static @Nullable String createdAt(StoredChange row) {
        return row.document() == null ? null : row.document().createdAt();
    }

    private static @Nullable String body(StoredChange row) {
        return row.document() == null ? null : new String(row.document().body(), StandardCharsets.UTF_8);
    }

    @Override
    public void putReceipt(StoredReceipt receipt) throws SQLException {
        receipts.add(receipt);
        if (receipts.size() >= BATCH_ROWS) {
            flushReceipts();
        }
    }

    private void flushReceipts() throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO receipts (key, fingerprint, at, written)"
                + " SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[])")) {
            insert.setArray(1, array("text", receipts, StoredReceipt::key));
            insert.setArray(2, array("text", receipts, StoredReceipt::fingerprint));
            insert.setArray(3, array("text", receipts, StoredReceipt::at));
            insert.setArray(4, array("text", receipts, StoredReceipt::written));
            insert.executeUpdate();
        }
        receipts.clear();
    }

    @Override
    public void end(Head head) throws SQLException {
        flushTombstones();
        flushChanges();
        flushReceipts();
        try (var update =
                connection.prepareStatement("UPDATE log_head SET incarnation = ?, seq = ?, floor = ? WHERE id = 1")) {
            update.setString(1, head.incarnation());
            update.setLong(2, head.revision());
            update.setLong(3, head.floor());
            update.executeUpdate();
        }
        execute("ANALYZE users, personas, labels, tombstones, changes, receipts, assets, asset_uses");
    }

    /// A warning says that the server gave up waiting for a standby that has to have the commit too.
    @Override
    public void commit() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("COMMIT");
            var warning = statement.getWarnings();
            if (warning != null) {
                throw warning;
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// An open transaction is rolled back.
    @Override
    public void close() {
        Primary.closeQuietly(connection);
    }
}
