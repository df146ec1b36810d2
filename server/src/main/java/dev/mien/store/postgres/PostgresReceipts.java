package dev.mien.store.postgres;

import dev.mien.api.RevisionToken;
import dev.mien.store.Document;
import dev.mien.store.DocumentJson;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Written;
import dev.mien.store.Receipt;
import dev.mien.store.RequestKey;
import dev.mien.store.postgres.Batch.Answer;
import dev.mien.store.postgres.Batch.Known;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What became of requests that named a key: read in the first message of a transaction, written by `write_batch`. Used
/// by the committing thread alone.
///
/// **Invariant: an edit with a key happens once, while the key is kept.** Its receipt is written in the transaction of
/// the edit, so neither is there without the other. A transaction locks a key (an advisory lock, until it ends) before
/// it looks for the receipt, in a statement of its own, whose snapshot is taken when the lock is held. PostgreSQL makes
/// a commit visible before it lets its locks go. So of two workers with one key the second finds what the first left.
///
/// **Nobody waits in a circle.** A transaction locks its keys first, in the order of their numbers, and rows only then;
/// whoever waits for a key holds nothing but keys with smaller numbers. Different keys with the same number only wait.
///
/// A receipt names the revisions that were written and no documents: these are in the history.
final class PostgresReceipts {
    /// The first number of the advisory locks, as random as any. Pairs of numbers are apart from the single ones.
    private static final int CLASS = 1_835_626_862;

    /// Takes the numbers of the keys, in their order.
    static final String LOCK = "SELECT pg_advisory_xact_lock(" + CLASS + ", number) FROM unnest(?::int[]) AS number";

    static final String TRY_LOCK = "SELECT number FROM unnest(?::int[]) AS number"
            + " WHERE NOT pg_try_advisory_xact_lock(" + CLASS + ", number)";

    static final String FIND = "SELECT key, fingerprint, written FROM receipts WHERE key = ANY (?)";

    private static final String VERSIONS = """
            SELECT revision, collection, id, version, operation, at, created_at, document::text
              FROM changes WHERE revision = ANY (?)
            """;

    static final String FORGET = """
            DELETE FROM receipts WHERE key IN (
                SELECT key FROM receipts WHERE at < to_char((clock_timestamp() - %d * interval '1 second')
                       AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                 ORDER BY at LIMIT 1000 FOR UPDATE SKIP LOCKED)
            """.formatted(RequestKey.KEPT.toSeconds());

    private static final Duration SWEEP = Duration.ofMinutes(1);

    private long sweptAt = System.nanoTime();

    /// A receipt as it was found.
    private record Row(String fingerprint, List<Receipt> receipts) {}

    /// A step's part of one.
    private record Part(Receipt receipt, @Nullable Image then) {}

    static int number(String key) {
        return key.hashCode();
    }

    /// What the rows of [#FIND] say.
    static Map<String, Known> known(ResultSet found, Connection connection) throws SQLException {
        var rows = new HashMap<String, Row>();
        var revisions = new ArrayList<Long>();
        while (found.next()) {
            var receipts = Receipt.parse(found.getString(3));
            rows.put(found.getString(1), new Row(found.getString(2), receipts));
            receipts.forEach(receipt -> revisions.add(receipt.revision()));
        }
        if (rows.isEmpty()) {
            return Map.of();
        }
        var images = images(revisions, connection);
        var known = new HashMap<String, Known>();
        rows.forEach((key, row) -> known.put(key, new Known(row.fingerprint(), answer(row.receipts(), images))));
        return known;
    }

    /// What the changes left, by revision. One that removed a row left nothing, which is not to say that it was erased.
    private static Map<Long, Image> images(List<Long> revisions, Connection connection) throws SQLException {
        var images = new HashMap<Long, Image>();
        try (var select = connection.prepareStatement(VERSIONS)) {
            select.setArray(1, connection.createArrayOf("bigint", revisions.toArray()));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    byte[] body = row.getBytes(8);
                    boolean isRemoval = row.getString(5).equals("delete");
                    if (body != null || isRemoval) {
                        images.put(
                                row.getLong(1),
                                new Image(
                                        row.getString(2),
                                        row.getString(3),
                                        row.getLong(4),
                                        row.getLong(1),
                                        Objects.requireNonNullElse(row.getString(7), ""),
                                        row.getString(6),
                                        isRemoval ? new byte[0] : body));
                    }
                }
            }
        }
        return images;
    }

    private static Answer answer(List<Receipt> receipts, Map<Long, Image> images) {
        var parts = receipts.stream()
                .map(receipt -> new Part(receipt, images.get(receipt.revision())))
                .toList();
        return (asOf, base) -> {
            var written = new ArrayList<Written>();
            for (var part : parts) {
                if (part.then() == null) {
                    return new Outcome.Erased(asOf);
                }
                written.add(
                        new Written(document(part.then(), asOf), part.receipt().changed()));
            }
            return new Outcome.Committed(written, asOf, true);
        };
    }

    private static Document document(Image then, RevisionToken asOf) {
        byte[] json = then.body().length == 0
                ? then.body()
                : DocumentJson.finish(
                        then.body(), then.id(), then.version(), then.revision(), then.createdAt(), then.updatedAt());
        return new Document(then.id(), then.version(), then.revision(), asOf.incarnation(), json);
    }

    /// Now and then, in a transaction of its own, removes some that nobody may ask for any more.
    void forgetOld(Connection connection) throws SQLException {
        if (System.nanoTime() - sweptAt < SWEEP.toNanos()) {
            return;
        }
        sweptAt = System.nanoTime();
        try (var statement = connection.createStatement()) {
            statement.execute(FORGET);
            connection.commit();
        }
    }
}
