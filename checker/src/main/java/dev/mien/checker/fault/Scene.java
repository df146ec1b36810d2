package dev.mien.checker.fault;

import dev.mien.checker.history.Fault;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Recorder;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// What an [Injector] works with.
///
/// @param random decides whatever there is to decide
/// @param documents those that the clients work on now
public record Scene(Random random, Recorder recorder, Supplier<List<Key>> documents) {

    /// Records that something was broken just now.
    ///
    /// @param worker whom it hit, -1 when it hit no single one
    public void struck(String kind, int worker) {
        recorder.add(new Fault(kind, System.nanoTime(), worker));
    }
}
