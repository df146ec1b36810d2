package dev.mien.checker.broken;

import java.time.Duration;
import java.util.function.IntFunction;

/// Read, modify, write, with the read outside the transaction: load the document, apply the patch to it, save it whole.
/// Whatever somebody else wrote in between is undone. Versions and conditions are still the transaction's, so a reader
/// sees nothing but new versions.
final class LostUpdate extends Worker {
    private final Runnable pause;

    /// @param pause what happens between the read and the write
    LostUpdate(Database database, Runnable pause) {
        super(database);
        this.pause = pause;
    }

    static IntFunction<Worker> workers() {
        var database = new Database();
        var pause = new Pause(4, Duration.ofMillis(5));
        return number -> new LostUpdate(database, pause);
    }

    @Override
    RowAt commit(Edit edit) {
        var read = snapshot().get(edit.key()).row();
        if (read == null) {
            return super.commit(edit);
        }
        var edited = edit.change().apply(read.document());
        pause.run();
        return super.commit(edit.withChange(current -> edited));
    }
}
