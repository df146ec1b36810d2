package dev.mien.webhook;

import dev.mien.store.SideTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Webhooks, their dead letters and the lease, as they are stored. The same statements on every database.
final class WebhookTables {
    private static final String COLUMNS =
            "id, url, secret, active, kinds, ids, owner, tag, include_document, created_at, edition, position";

    private final SideTables tables;

    WebhookTables(SideTables tables) {
        this.tables = tables;
    }

    /// An event that was given up.
    ///
    /// @param again whether it is to be tried once more
    record DeadLetter(String webhookId, String token, long revision, String error, String at, boolean again) {}

    private static PreparedStatement prepare(Connection session, String sql, @Nullable Object... values)
            throws SQLException {
        var statement = session.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private int update(String sql, @Nullable Object... values) {
        return tables.use(session -> {
            try (var statement = prepare(session, sql, values)) {
                return statement.executeUpdate();
            }
        });
    }

    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> List<T> query(Row<T> reading, String sql, @Nullable Object... values) {
        return tables.use(session -> {
            var found = new ArrayList<T>();
            try (var statement = prepare(session, sql, values);
                    var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reading.of(rows));
                }
            }
            return found;
        });
    }

    private static Webhook webhook(ResultSet row) throws SQLException {
        return new Webhook(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4) == 1,
                Webhook.words(row.getString(5)),
                Webhook.words(row.getString(6)),
                row.getString(7),
                row.getString(8),
                row.getLong(9) == 1,
                row.getString(10),
                row.getLong(11),
                row.getString(12));
    }

    List<Webhook> all() {
        return query(WebhookTables::webhook, "SELECT " + COLUMNS + " FROM webhooks ORDER BY id");
    }

    @Nullable Webhook find(String id) {
        var found = query(WebhookTables::webhook, "SELECT " + COLUMNS + " FROM webhooks WHERE id = ?", id);
        return found.isEmpty() ? null : found.getFirst();
    }

    void create(Webhook w) {
        update(
                "INSERT INTO webhooks (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                w.id(),
                w.url(),
                w.secret(),
                w.active() ? 1L : 0L,
                String.join(",", w.kinds()),
                String.join(",", w.ids()),
                w.owner(),
                w.tag(),
                w.includeDocument() ? 1L : 0L,
                w.createdAt(),
                w.edition(),
                w.position());
    }

    /// Changes all but the position, if the row is still of the edition before.
    boolean change(Webhook w) {
        return update(
                        "UPDATE webhooks SET url = ?, secret = ?, active = ?, kinds = ?, ids = ?, owner = ?, tag = ?,"
                                + " include_document = ?, edition = ? WHERE id = ? AND edition = ?",
                        w.url(),
                        w.secret(),
                        w.active() ? 1L : 0L,
                        String.join(",", w.kinds()),
                        String.join(",", w.ids()),
                        w.owner(),
                        w.tag(),
                        w.includeDocument() ? 1L : 0L,
                        w.edition(),
                        w.id(),
                        w.edition() - 1)
                == 1;
    }

    boolean delete(String id) {
        update("DELETE FROM webhook_dead_letters WHERE webhook_id = ?", id);
        return update("DELETE FROM webhooks WHERE id = ?", id) == 1;
    }

    /// Moves the position on from where the caller knows it to be, and not if somebody else has moved it.
    boolean advance(String id, String from, String to) {
        return update("UPDATE webhooks SET position = ? WHERE id = ? AND position = ?", to, id, from) == 1;
    }

    void giveUp(String webhook, String token, long revision, String error) {
        update(
                "INSERT INTO webhook_dead_letters (webhook_id, token, revision, error, at) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (webhook_id, token) DO UPDATE SET error = excluded.error, at = excluded.at,"
                        + " again = 0",
                webhook,
                token,
                revision,
                error.length() > 500 ? error.substring(0, 500) : error,
                now());
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    List<DeadLetter> deadLetters(String webhook, int limit) {
        return query(
                row -> new DeadLetter(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getString(4),
                        row.getString(5),
                        row.getLong(6) == 1),
                "SELECT webhook_id, token, revision, error, at, again FROM webhook_dead_letters WHERE webhook_id = ?"
                        + " ORDER BY revision LIMIT ?",
                webhook,
                (long) limit);
    }

    /// @param token of one of them; null for all
    int redeliver(String webhook, @Nullable String token) {
        return token == null
                ? update("UPDATE webhook_dead_letters SET again = 1 WHERE webhook_id = ?", webhook)
                : update(
                        "UPDATE webhook_dead_letters SET again = 1 WHERE webhook_id = ? AND token = ?", webhook, token);
    }

    void bury(DeadLetter letter) {
        update(
                "DELETE FROM webhook_dead_letters WHERE webhook_id = ? AND token = ?",
                letter.webhookId(),
                letter.token());
    }

    /// Takes or keeps the lease, if nobody else has it.
    boolean lease(String holder, long milliseconds) {
        return update(
                        "UPDATE webhook_lease SET holder = ?, until = " + tables.clock()
                                + " + ? WHERE id = 1 AND (holder = ? OR until < " + tables.clock() + ")",
                        holder,
                        milliseconds,
                        holder)
                == 1;
    }

    /// Gives the lease back, so that nobody has to wait for its end.
    void release(String holder) {
        update("UPDATE webhook_lease SET until = 0 WHERE id = 1 AND holder = ?", holder);
    }
}
