package dev.mien.store;

import java.sql.Connection;
import java.sql.SQLException;

/// Tables of the same database that hold no documents: nothing in them is in the change log, and no promise of a
/// [Store] is made for them. Statements commit by themselves.
public interface SideTables {

    /// What is done on a session that may write.
    interface Work<T> {
        T on(Connection session) throws SQLException;
    }

    /// Runs the work, one at a time.
    ///
    /// @throws StoreUnavailableException if a statement failed; whether it was done is not known
    <T> T use(Work<T> work);

    /// Runs a read on one of the sessions that read documents, beside others. Its answer says what state of the store
    /// it reflects, which the statement has to ask `log_head` for; so it is as strong as that of a document.
    ///
    /// @throws StoreUnavailableException as a read of a document does
    <T extends AsOf> T read(Work<T> work);

    /// An SQL expression: the database's clock, in milliseconds since 1970.
    String clock();
}
