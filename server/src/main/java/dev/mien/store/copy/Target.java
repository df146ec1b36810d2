package dev.mien.store.copy;

import java.sql.SQLException;

/// The store that is copied to. It is one transaction, in which nobody else writes: begun when the target was opened,
/// ended well only by [#commit()], and undone by everything else.
public interface Target extends RowSink, AutoCloseable {
    /// What the store holds at the moment, with what was put into it so far. Closed with the target.
    Snapshot contents();

    /// All rows are there; the log stands at `head`.
    void end(Head head) throws SQLException;

    /// @throws SQLException if nobody knows whether it is committed
    void commit() throws SQLException;

    @Override
    void close();
}
