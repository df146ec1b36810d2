package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import java.util.function.IntFunction;
import tools.jackson.databind.node.ObjectNode;

/// How one worker reads and writes. This one is honest: it keeps nothing and asks the database each time. A flaw
/// overrides what it gets wrong.
class Worker {
    final Database database;

    Worker(Database database) {
        this.database = database;
    }

    /// The workers of one server, by their number from 1.
    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new Worker(database);
    }

    /// The state that a read is answered from, unless one of the methods below knows better.
    Snapshot snapshot() {
        return database.now();
    }

    RowAt get(Key key) {
        return snapshot().get(key);
    }

    RowAt getByUsername(String username) {
        return snapshot().getByUsername(username);
    }

    /// The state that a list is answered from.
    Snapshot snapshotForList() {
        return snapshot();
    }

    RowAt create(String collection, ObjectNode members) {
        return database.create(collection, members);
    }

    RowAt commit(Edit edit) {
        return database.commit(edit);
    }
}
