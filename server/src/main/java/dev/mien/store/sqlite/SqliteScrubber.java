package dev.mien.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
/// under way `began`; and those that a merge has left out. When it begins, it notes all `segments` that there are: the
/// words of what was removed by then stand in these and nowhere else. It has ended when none of them is left, or when
/// an
/// index has nothing to merge, being one segment in which nothing is marked. (The merge command alone does not tell:
/// smaller segments that were written meanwhile can keep it from going on.) A step reads and writes all that in the
/// transaction in which it merges, so it does not matter who takes the next one, or whether anybody was killed. A row
/// that is removed during a merge waits for the next.
///
/// It does not queue at the [Turnstile], since it comes seldom and is short.
final class SqliteScrubber implements AutoCloseable {
    /// About how many pages of 4 KB one step writes, so that it takes some milliseconds.
    static final int PAGES = 200;

    private static final List<String> INDEXES = List.of("personas_text", "personas_names");

    private final Connection connection;
    private final int pages;

    /// @param pages about how many one step writes
    SqliteScrubber(Path file, int pages) throws SQLException {
        this.connection = Sqlite.openWriter(file);
        this.pages = pages;
    }

    /// Takes a step.
    ///
    /// @return whether another has to follow
    boolean step() throws SQLException {
        return isAnythingLeft() && Sqlite.inTransaction(connection, this::merge);
    }

    private boolean isAnythingLeft() throws SQLException {
        return number("SELECT removed - merged FROM personas_removed") > 0;
    }

    private boolean merge() throws SQLException {
        boolean begins = number("SELECT began - merged FROM personas_removed") == 0;
        if (begins) {
            begin();
        }
        var toGo = Set.of(Sqlite.queryText(connection, "SELECT segments FROM personas_removed")
                .split(" "));
        boolean isUnderWay = false;
        for (String index : INDEXES) {
            if (!Collections.disjoint(segments(index), toGo)) {
                isUnderWay |= (!begins && merge(index, pages)) || merge(index, -pages);
            }
        }
        if (!isUnderWay) {
            Sqlite.execute(connection, "UPDATE personas_removed SET merged = began, segments = ''");
        }
        return isAnythingLeft();
    }

    private void begin() throws SQLException {
        var all = new TreeSet<String>();
        for (String index : INDEXES) {
            all.addAll(segments(index));
        }
        try (var update = connection.prepareStatement("UPDATE personas_removed SET began = removed, segments = ?")) {
            update.setString(1, String.join(" ", all));
            update.executeUpdate();
        }
    }

    /// @param number of pages. A positive one goes on with the merge under way, a negative one has all segments merged
    /// @return whether there was anything to merge, which shows in how many rows were changed, of which the command
    ///     itself is one
    private boolean merge(String index, int number) throws SQLException {
        long before = number("SELECT total_changes()");
        Sqlite.execute(connection, "INSERT INTO " + index + " (" + index + ", rank) VALUES ('merge', " + number + ")");
        return number("SELECT total_changes()") - before > 1;
    }

    /// Names of the segments, each of which no later one has unless it stands in for the same rows.
    private Set<String> segments(String index) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT block FROM " + index + "_data WHERE id = 10")) {
            var names = new TreeSet<String>();
            if (row.next()) {
                new Structure(row.getBytes(1)).segments().forEach(segment -> names.add(index + "/" + segment));
            }
            return names;
        }
    }

    /// The record that says which segments an index has (`fts5StructureDecode` in SQLite's `fts5_index.c`).
    private static final class Structure {
        /// The first bytes behind the cookie, where segments tell their origins, as they do without content.
        private static final int WITH_ORIGINS = 0xff000001;

        private final byte[] record;
        private int at = 4;

        Structure(byte[] record) {
            this.record = record;
        }

        /// `7/3-9`: number 7, with what was written third to ninth.
        List<String> segments() throws SQLException {
            int format = 0;
            while (at < 8) {
                format = format << 8 | (record[at++] & 0xff);
            }
            if (format != WITH_ORIGINS) {
                throw new SQLException("the index of words has a structure that is not known here");
            }
            var segments = new ArrayList<String>();
            long levels = varint();
            skip(2);
            for (long level = 0; level < levels; level++) {
                skip(1);
                for (long left = varint(); left > 0; left--) {
                    long id = varint();
                    skip(2);
                    segments.add(id + "/" + varint() + "-" + varint());
                    skip(3);
                }
            }
            return segments;
        }

        private void skip(int varints) {
            for (int i = 0; i < varints; i++) {
                varint();
            }
        }

        /// Seven bits in each byte, the highest first; a ninth byte has eight.
        private long varint() {
            long value = 0;
            for (int i = 0; i < 8; i++) {
                byte next = record[at++];
                value = value << 7 | (next & 0x7f);
                if (next >= 0) {
                    return value;
                }
            }
            return value << 8 | (record[at++] & 0xff);
        }
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(Sqlite.queryText(connection, sql));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
