package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import dev.mien.checker.history.Token;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One state of the database, immutable. A write makes the next one.
///
/// @param asOf the head of the change counter in this state
/// @param rows nobody changes this map
record Snapshot(Token asOf, NavigableMap<Key, Row> rows) {

    static Snapshot empty(String incarnation) {
        return new Snapshot(
                new Token(incarnation, 0),
                new TreeMap<>(Comparator.comparing(Key::collection).thenComparing(Key::id)));
    }

    Snapshot with(Row row) {
        var next = new TreeMap<>(rows);
        next.put(row.key(), row);
        return new Snapshot(new Token(asOf.incarnation(), row.revision()), next);
    }

    RowAt get(Key key) {
        return at(rows.get(key));
    }

    RowAt getByUsername(String username) {
        return at(newestFirst("users")
                .filter(user -> user.has("username", username))
                .findAny()
                .orElse(null));
    }

    /// @param before only rows with a lower id; null for all
    List<Row> list(String collection, @Nullable String tag, @Nullable String before, int limit) {
        return newestFirst(collection)
                .filter(row -> before == null || row.key().id().compareTo(before) < 0)
                .filter(row -> tag == null || hasTag(row, tag))
                .limit(limit)
                .toList();
    }

    RowAt at(@Nullable Row row) {
        return new RowAt(row, asOf);
    }

    private Stream<Row> newestFirst(String collection) {
        return rows.descendingMap().values().stream()
                .filter(row -> row.key().collection().equals(collection));
    }

    private static boolean hasTag(Row row, String tag) {
        return row.document()
                .path("tags")
                .valueStream()
                .anyMatch(present -> present.asString("").equals(tag));
    }
}
