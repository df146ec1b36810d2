package dev.mien.checker.fault;

import dev.mien.checker.fault.SideDoor.Changed;
import dev.mien.checker.fault.SideDoor.NotAppliedException;
import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Changes some documents at once with an SQL statement that no worker learns of. Each row is a write of the history.
public final class BulkSql implements Injector {
    /// As which client the statements stand in the history.
    private static final int CLIENT = -2;

    private static final int STATEMENTS = 5;
    private static final int MOST_ROWS = 20;

    private final SideDoor database;

    public BulkSql(SideDoor database) {
        this.database = database;
    }

    @Override
    public void inject(Scene scene) throws Exception {
        scene.struck("sql", -1);
        for (int i = 0; i < STATEMENTS; i++) {
            update(scene);
            Thread.sleep(scene.random().nextInt(50));
        }
    }

    private void update(Scene scene) throws SQLException {
        String collection = scene.random().nextInt(4) == 0 ? "users" : "personas";
        String member = collection.equals("users") ? "bio" : "scenario";
        var keys = new ArrayList<>(scene.documents().get().stream()
                .filter(key -> key.collection().equals(collection))
                .toList());
        if (keys.isEmpty()) {
            return;
        }
        Collections.shuffle(keys, scene.random());
        var chosen = keys.subList(0, 1 + scene.random().nextInt(Math.min(keys.size(), MOST_ROWS)));
        long invoked = System.nanoTime();
        var first = scene.recorder().invoked(CLIENT, Kind.SQL_UPDATE, chosen.getFirst(), invoked);
        String value = "w" + first.sequence();
        var operations = new ArrayList<Operation>();
        for (var key : chosen) {
            var operation =
                    key.equals(first.key()) ? first : scene.recorder().invoked(CLIENT, Kind.SQL_UPDATE, key, invoked);
            operations.add(operation.writing(Fields.of(member, value)));
        }
        try {
            var changed = database.update(collection, ids(chosen), member, value);
            record(operations, changed, scene);
        } catch (NotAppliedException e) {
            long now = System.nanoTime();
            operations.forEach(operation -> scene.recorder().add(operation.failed(now, 0, -1)));
        } catch (SQLException e) {
            long now = System.nanoTime();
            operations.forEach(operation -> scene.recorder().add(operation.unknown(now, 0, -1)));
            throw e;
        }
    }

    private static List<String> ids(List<Key> keys) {
        return keys.stream().map(Key::id).toList();
    }

    private static void record(List<Operation> operations, Map<String, Changed> changed, Scene scene) {
        long now = System.nanoTime();
        for (var operation : operations) {
            var row = changed.get(operation.key().id());
            scene.recorder()
                    .add(
                            row == null
                                    ? operation.absent(now, 0, -1)
                                    : operation.ok(now, 0, -1, row.version()).withRevision(row.revision()));
        }
    }
}
