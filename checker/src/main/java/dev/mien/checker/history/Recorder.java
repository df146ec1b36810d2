package dev.mien.checker.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Gathers a history from many clients at once, in memory and, where a writer is given, on disk as it happens.
public final class Recorder {
    private final Header header;
    private final @Nullable HistoryWriter writer;
    private final AtomicLong sequence = new AtomicLong();
    private final List<Operation> operations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Interner interner = new Interner();

    /// @param writer gets everything that is recorded; whoever made it closes it
    public Recorder(Header header, @Nullable HistoryWriter writer) {
        this.header = header;
        this.writer = writer;
        if (writer != null) {
            writer.write(header);
        }
    }

    /// A request about to be sent; nothing is recorded yet.
    public Operation invoked(int client, Kind kind, Key key) {
        return invoked(client, kind, key, System.nanoTime());
    }

    /// One of several operations that were asked for by one request, at `nanos`.
    public Operation invoked(int client, Kind kind, Key key, long nanos) {
        return Operation.invoked(client, sequence.incrementAndGet(), kind, key, nanos);
    }

    /// Records an operation once its outcome is known, or once it is clear that it never will be.
    public synchronized void add(Operation operation) {
        operations.add(interner.intern(operation));
        if (writer != null) {
            writer.write(operation);
        }
    }

    public synchronized void add(Fault fault) {
        faults.add(fault);
        if (writer != null) {
            writer.write(fault);
        }
    }

    /// The history so far, with the state at rest. Call it after the last client has stopped.
    public synchronized History finish(@Nullable FinalState finalState) {
        if (writer != null && finalState != null) {
            writer.write(finalState);
        }
        return new History(header, operations, faults, finalState);
    }
}
