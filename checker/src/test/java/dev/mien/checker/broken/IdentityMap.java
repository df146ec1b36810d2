package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/// The original fault: an object-relational mapper's session that outlives the request. What was once loaded stays in
/// its identity map. Updates go to the database as statements, which the map never learns of.
///
/// The map knows only rows; the token is the database's own, so nothing but the document tells that it is old.
class IdentityMap extends Worker {
    final Map<Key, Row> loaded = new ConcurrentHashMap<>();

    IdentityMap(Database database) {
        super(database);
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new IdentityMap(database);
    }

    @Override
    RowAt get(Key key) {
        var row = loaded.computeIfAbsent(key, absent -> database.now().get(key).row());
        return database.now().at(row);
    }
}
