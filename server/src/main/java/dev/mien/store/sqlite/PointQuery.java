package dev.mien.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/// A prepared query with one text parameter and at most one row that matters. Used by one thread at a time.
///
/// It goes past the driver's result set, which asks SQLite for the names of all columns at each execution: for a row by
/// its key that is a quarter of the whole. The driver's lower layer, which it uses here, is public but not promised to
/// stay.
///
/// The statement is reset before the answer is given, and also when something fails, so it never holds on to a snapshot
/// (https://www.sqlite.org/isolation.html).
final class PointQuery {
    private final CoreStatement statement;

    PointQuery(Connection connection, String sql) throws SQLException {
        this.statement = (CoreStatement) connection.prepareStatement(sql);
    }

    /// The row at which a statement stands. Columns count from 0.
    static final class Row {
        private final DB database;
        private final long pointer;

        private Row(DB database, long pointer) {
            this.database = database;
            this.pointer = pointer;
        }

        /// @throws SQLException if the column is NULL
        String text(int column) throws SQLException {
            String text = database.column_text(pointer, column);
            if (text == null) {
                throw new SQLException("column " + column + " is NULL");
            }
            return text;
        }

        /// 0 for NULL.
        long number(int column) throws SQLException {
            return database.column_long(pointer, column);
        }

        byte @Nullable [] bytes(int column) throws SQLException {
            return database.column_blob(pointer, column);
        }
    }

    interface Reading<T extends @Nullable Object> {
        /// @param row null where there is none
        T of(@Nullable Row row) throws SQLException;
    }

    <T extends @Nullable Object> T ask(String parameter, Reading<T> reading) throws SQLException {
        return statement.pointer.safeRun((database, pointer) -> {
            try {
                boolean found = database.execute(statement, new Object[] {parameter});
                return reading.of(found ? new Row(database, pointer) : null);
            } finally {
                database.reset(pointer);
            }
        });
    }
}
