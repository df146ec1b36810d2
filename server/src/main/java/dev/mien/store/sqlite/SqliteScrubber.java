package dev.mien.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// Takes the words of removed rows out of the index of words itself, on a connection of its own.
///
/// A row that is removed from an FTS5 index without content is only marked as removed; its words, and where each stood,
/// stay in the index's segments until these are merged. Ordinary merging may take its time, and for what was purged it
/// should not. So all segments are merged into one, as `optimize` does, but some pages at a time
/// ([the merge command](https://www.sqlite.org/fts5.html#the_merge_command)). SQLite overwrites the old ones
/// (`secure_delete`).
///
/// **Invariant: `merged` counts no row whose words may still be there.** `personas_removed` has three counts, which
/// only
/// grow: the rows that were `removed`, as the trigger counts them; how many of these had been removed when the merge
/// under
/// way `began`; and those that a merge has left out. A step reads and writes them in the transaction in which it
/// merges, so it does not matter who takes the next one, or whether anybody was killed. A row that is removed during a
/// merge waits for the next.
///
/// It does not queue at the [Turnstile], since it comes seldom and is short.
final class SqliteScrubber implements AutoCloseable {
    /// About how many pages of 4 KB one step writes.
    private static final int PAGES = 200;

    private final Connection connection;

    SqliteScrubber(Path file) throws SQLException {
        this.connection = Sqlite.openWriter(file);
    }

    /// Takes a step.
    ///
    /// @return whether another has to follow
    boolean step() throws SQLException {
        if (count("removed - merged") == 0) {
            return false;
        }
        execute("BEGIN IMMEDIATE");
        try {
            boolean isUnderWay = count("began - merged") > 0;
            boolean merged = merge("personas_text", isUnderWay);
            merged |= merge("personas_names", isUnderWay);
            if (!isUnderWay) {
                execute("UPDATE personas_removed SET began = removed");
            } else if (!merged) {
                execute("UPDATE personas_removed SET merged = began");
            }
            boolean more = count("removed - merged") > 0;
            execute("COMMIT");
            return more;
        } catch (SQLException e) {
            execute("ROLLBACK");
            throw e;
        }
    }

    /// A negative number has all segments merged, a positive one goes on with it. Whether there was anything to merge
    /// shows in how many rows were changed, of which the command itself is one.
    private boolean merge(String index, boolean isUnderWay) throws SQLException {
        long before = number("SELECT total_changes()");
        execute("INSERT INTO " + index + " (" + index + ", rank) VALUES ('merge', " + (isUnderWay ? PAGES : -PAGES)
                + ")");
        return number("SELECT total_changes()") - before > 1;
    }

    private long count(String expression) throws SQLException {
        return number("SELECT " + expression + " FROM personas_removed");
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(Sqlite.queryText(connection, sql));
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
