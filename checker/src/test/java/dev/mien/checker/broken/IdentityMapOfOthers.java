package dev.mien.checker.broken;

import java.util.function.IntFunction;

/// The original fault half mended: the worker that wrote expires its own [IdentityMap]. Those of the other workers stay
/// as they are, so a test with one worker finds nothing.
final class IdentityMapOfOthers extends IdentityMap {
    IdentityMapOfOthers(Database database) {
        super(database);
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        return number -> new IdentityMapOfOthers(database);
    }

    @Override
    RowAt commit(Edit edit) {
        var committed = super.commit(edit);
        loaded.clear();
        return committed;
    }
}
