package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeSource;
import dev.mien.store.Changes;
import dev.mien.store.Changes.Change;
import dev.mien.store.CommitConfig;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The cache keeps the promises of the store behind it, with a change log in real SQL.
@org.junit.jupiter.api.Timeout(120)
class CoherentStoreContractTest implements StoreContract {
    @TempDir
    Path directory;

    private SqliteChanges changes;
    private Store store;

    @BeforeEach
    void open() throws SQLException {
        SqliteMigrations.migrate(directory);
        var database = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
        changes = new SqliteChanges(directory.resolve(SqliteStore.FILE));
        store = new CoherentStore(database, changes, Scenario.config(Duration.ofSeconds(30)));
    }

    @AfterEach
    void close() throws SQLException {
        store.close();
        changes.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Store another() {
        return new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
    }

    private static final class SqliteChanges implements ChangeSource, AutoCloseable {
        private static final String CHANGES = """
                SELECT h.incarnation, h.seq, h.floor, c.revision, c.collection, c.id, c.version, c.operation
                  FROM log_head h LEFT JOIN changes c ON ?1 > 0 AND c.revision > ?1
                 WHERE h.id = 1 ORDER BY c.revision LIMIT ?2
                """;

        private final Connection connection;
        private final PreparedStatement statement;

        SqliteChanges(Path file) throws SQLException {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            statement = connection.prepareStatement(CHANGES);
        }

        @Override
        public Changes changesAfter(long after, int limit) {
            try {
                statement.setLong(1, after);
                statement.setInt(2, limit);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    var head = new RevisionToken(rows.getString(1), rows.getLong(2));
                    long floor = rows.getLong(3);
                    var listed = new ArrayList<Change>();
                    if (rows.getString(5) != null) {
                        do {
                            listed.add(new Change(
                                    rows.getLong(4),
                                    rows.getString(5),
                                    rows.getString(6),
                                    rows.getLong(7),
                                    rows.getString(8)));
                        } while (rows.next());
                    }
                    return new Changes(head, floor, "one", listed);
                }
            } catch (SQLException e) {
                throw new StoreUnavailableException("the log cannot be read", e);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
