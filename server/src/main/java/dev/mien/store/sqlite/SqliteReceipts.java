package dev.mien.store.sqlite;

import dev.mien.api.RevisionToken;
import dev.mien.store.Document;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Written;
import dev.mien.store.Receipt;
import dev.mien.store.RequestKey;
import dev.mien.store.StatementCache;
import dev.mien.store.Step;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What became of requests that named a key. Read and written inside the transaction of their edits, by the committing
/// thread alone.
///
/// **Invariant: an edit with a key happens once, while the key is kept.** Its receipt is written in the transaction of
/// the edit and looked for under the write lock, so neither is there without the other, and nobody gets in between.
///
/// A receipt names the revisions that were written and no documents: these are in the history.
final class SqliteReceipts {
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final int SWEPT_AT_ONCE = 1_000;

    private final Connection connection;
    private final StatementCache statements;
    private long sweptAt = System.nanoTime();

    SqliteReceipts(Connection connection, StatementCache statements) {
        this.connection = connection;
        this.statements = statements;
    }

    /// The answer to an edit that was done before; null where its key is new.
    @Nullable Function<RevisionToken, Outcome> find(RequestKey key, String incarnation) throws SQLException {
        var select = statements.get(connection, "SELECT fingerprint, written FROM receipts WHERE key = ?1");
        select.setString(1, key.key());
        String fingerprint;
        String text;
        try (var row = select.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            fingerprint = row.getString(1);
            text = row.getString(2);
        }
        if (!fingerprint.equals(key.fingerprint())) {
            return Outcome.KeyReused::new;
        }
        var written = new ArrayList<Written>();
        for (var receipt : Receipt.parse(text)) {
            var then = document(receipt, incarnation);
            if (then == null) {
                return Outcome.Erased::new;
            }
            written.add(new Written(then, receipt.changed()));
        }
        return asOf -> new Outcome.Committed(written, asOf, true);
    }

    private @Nullable Document document(Receipt receipt, String incarnation) throws SQLException {
        var select = statements.get(
                connection,
                "SELECT id, version, CASE operation WHEN 'delete' THEN '' ELSE document END FROM changes"
                        + " WHERE revision = ?1 AND collection = ?2");
        select.setLong(1, receipt.revision());
        select.setString(2, receipt.collection());
        try (var row = select.executeQuery()) {
            byte[] json = row.next() ? row.getBytes(3) : null;
            return json == null
                    ? null
                    : new Document(row.getString(1), row.getLong(2), receipt.revision(), incarnation, json);
        }
    }

    void add(RequestKey key, List<? extends Step> steps, List<Written> written, String now) throws SQLException {
        var insert = statements.get(
                connection, "INSERT INTO receipts (key, fingerprint, at, written) VALUES (?1, ?2, ?3, ?4)");
        insert.setString(1, key.key());
        insert.setString(2, key.fingerprint());
        insert.setString(3, now);
        insert.setString(4, Receipt.text(steps, written));
        insert.executeUpdate();
    }

    /// Now and then, removes some that nobody may ask for any more.
    void forgetOld() throws SQLException {
        if (System.nanoTime() - sweptAt < SWEEP.toNanos()) {
            return;
        }
        sweptAt = System.nanoTime();
        var delete = statements.get(
                connection,
                "DELETE FROM receipts WHERE key IN (SELECT key FROM receipts WHERE at < ?1 ORDER BY at LIMIT "
                        + SWEPT_AT_ONCE + ")");
        delete.setString(1, SqliteWriter.TIME.format(Instant.now().minus(RequestKey.KEPT)));
        delete.executeUpdate();
    }
}
