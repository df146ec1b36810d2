package dev.mien.cli;

import dev.mien.checker.fault.SideDoor;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/// A store that was made for servers of our own.
interface OwnStore extends AutoCloseable {
    /// The settings with which a server of this machine finds it.
    ///
    /// @param machine from 0
    List<String> settings(int machine);

    /// A way to the database past the servers. It exists once a server has started.
    SideDoor sideDoor() throws SQLException;

    @Override
    void close();

    /// An SQLite store in a directory.
    static OwnStore sqlite(Path data) {
        return new OwnStore() {
            @Override
            public List<String> settings(int machine) {
                return List.of("--data=" + data);
            }

            @Override
            public SideDoor sideDoor() throws SQLException {
                return new SqliteSideDoor(data);
            }

            @Override
            public void close() {}
        };
    }
}
