package dev.mien.asset;

import dev.mien.api.RevisionToken;
import dev.mien.store.AsOf;
import dev.mien.store.SideTables;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Assets as they are stored. The same statements on every database.
final class AssetTables {
    /// With milliseconds always, so that texts are in the order of their times.
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final String FIND = """
            SELECT h.incarnation, h.seq, a.type, a.size, a.width, a.height, a.put_at%s
              FROM log_head h LEFT JOIN assets a ON a.address = ?
             WHERE h.id = 1
            """;

    private static final String INFO = FIND.formatted("");
    private static final String WHOLE = FIND.formatted(", a.bytes");

    /// Positions count from 1.
    private static final String PART = FIND.formatted(", substr(a.bytes, CAST(? AS integer), CAST(? AS integer))");

    private static final String UNUSED = """
            SELECT h.incarnation, h.seq, a.address
              FROM log_head h LEFT JOIN assets a
                ON a.put_at < ? AND NOT EXISTS (SELECT 1 FROM asset_uses u WHERE u.address = a.address)
             WHERE h.id = 1 LIMIT 100
            """;

    private final SideTables tables;

    AssetTables(SideTables tables) {
        this.tables = tables;
    }

    /// @param info null where nothing has the address
    /// @param putAt when it was last brought; empty where nothing has the address
    /// @param bytes null where they were not asked for
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Found(@Nullable AssetInfo info, String putAt, byte @Nullable [] bytes, RevisionToken asOf) implements AsOf {}

    Found info(String address) {
        return find(INFO, address, false);
    }

    Found whole(String address) {
        return find(WHOLE, address, true);
    }

    /// @param from the position of the first byte, from 0
    Found part(String address, long from, int most) {
        return find(PART, address, true, from + 1, (long) most);
    }

    /// @param range two numbers that stand in the statement before the address; none for none
    private Found find(String sql, String address, boolean whole, Long... range) {
        return tables.read(session -> {
            try (var select = session.prepareStatement(sql)) {
                for (int i = 0; i < range.length; i++) {
                    select.setLong(i + 1, range[i]);
                }
                select.setString(range.length + 1, address);
                try (var row = select.executeQuery()) {
                    row.next();
                    var asOf = asOf(row);
                    String type = row.getString(3);
                    if (type == null) {
                        return new Found(null, "", null, asOf);
                    }
                    var format = new Format(type, row.getInt(5), row.getInt(6));
                    return new Found(
                            new AssetInfo(address, format, row.getLong(4)),
                            row.getString(7),
                            whole ? row.getBytes(8) : null,
                            asOf);
                }
            }
        });
    }

    private static RevisionToken asOf(ResultSet row) throws SQLException {
        return new RevisionToken(row.getString(1), row.getLong(2));
    }

    /// Stores it, or notes that it was brought again.
    void put(AssetInfo info, byte[] bytes, Instant now) {
        String at = text(now);
        tables.use(session -> {
            try (var again = session.prepareStatement("UPDATE assets SET put_at = ? WHERE address = ?")) {
                again.setString(1, at);
                again.setString(2, info.address());
                if (again.executeUpdate() == 1) {
                    return 1;
                }
            }
            try (var insert = session.prepareStatement(
                    "INSERT INTO assets (address, type, size, width, height, put_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)"
                            + " ON CONFLICT (address) DO UPDATE SET put_at = excluded.put_at")) {
                insert.setString(1, info.address());
                insert.setString(2, info.format().type());
                insert.setLong(3, info.size());
                insert.setObject(4, pixels(info.format().width()));
                insert.setObject(5, pixels(info.format().height()));
                insert.setString(6, at);
                insert.setBytes(7, bytes);
                return insert.executeUpdate();
            }
        });
    }

    private static @Nullable Long pixels(int pixels) {
        return pixels == 0 ? null : Long.valueOf(pixels);
    }

    static String text(Instant time) {
        return TIME.format(time);
    }

    /// Some of those that nobody uses and nobody brought since.
    private record Unused(List<String> addresses, RevisionToken asOf) implements AsOf {}

    /// Removes what nobody uses and nobody brought since then, a bounded number of them.
    ///
    /// Which those are is asked beside everybody else, and once more for each when it is removed: somebody may have
    /// come to use it meanwhile.
    int removeUnused(Instant since) {
        String before = text(since);
        var unused = tables.read(session -> {
            var addresses = new ArrayList<String>();
            try (var select = session.prepareStatement(UNUSED)) {
                select.setString(1, before);
                try (var rows = select.executeQuery()) {
                    rows.next();
                    var asOf = asOf(rows);
                    do {
                        if (rows.getString(3) != null) {
                            addresses.add(rows.getString(3));
                        }
                    } while (rows.next());
                    return new Unused(addresses, asOf);
                }
            }
        });
        int removed = 0;
        for (String address : unused.addresses()) {
            removed += tables.use(session -> {
                try (var delete = session.prepareStatement("DELETE FROM assets WHERE address = ? AND put_at < ?"
                        + " AND NOT EXISTS (SELECT 1 FROM asset_uses u WHERE u.address = assets.address)")) {
                    delete.setString(1, address);
                    delete.setString(2, before);
                    return delete.executeUpdate();
                }
            });
        }
        return removed;
    }
}
