package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What the header of the WAL-index says of commits by anybody.
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "only mapped on Linux")
class WalIndexTest {
    @TempDir
    Path directory;

    private Path file;
    private Connection connection;
    private WalIndex index;

    @BeforeEach
    void open() throws SQLException, IOException {
        file = directory.resolve("test.db");
        connection = Sqlite.openWriter(create(file));
        run(connection, "CREATE TABLE t (x INTEGER)");
        run(connection, "INSERT INTO t VALUES (0)");
        index = WalIndex.of(file);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    /// The journal mode is a property of the file, and openWriter asks that it be there.
    private static Path create(Path file) throws SQLException {
        try (var first = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            run(first, "PRAGMA journal_mode = WAL");
        }
        return file;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// A program of its own that runs one statement on the database.
    ///
    /// @return what it printed
    private String inAnotherProcess(String sql) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneStatement.class.getName(),
                        file.toString(),
                        sql)
                .redirectErrorStream(true)
                .start();
        try (var output = process.inputReader()) {
            String text = output.readAllAsString();
            process.waitFor();
            return text;
        }
    }

    static final class OneStatement {
        private OneStatement() {}

        public static void main(String[] arguments) {
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + arguments[0])) {
                run(connection, "PRAGMA busy_timeout = 0");
                run(connection, arguments[1]);
                System.out.print("done");
            } catch (SQLException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void isNewest_nothingWritten_staysTrueThroughReadsAndCheckpoints() throws SQLException {
        var snapshot = index.newest();

        run(connection, "SELECT * FROM t");
        run(connection, "BEGIN IMMEDIATE");
        run(connection, "INSERT INTO t VALUES (1)");
        run(connection, "ROLLBACK");
        run(connection, "PRAGMA wal_checkpoint(PASSIVE)");

        assertThat(index.isNewest(snapshot)).isTrue();
    }

    @Test
    void isNewest_committed_isFalseAndStaysFalse() throws SQLException {
        var snapshot = index.newest();

        run(connection, "UPDATE t SET x = 1");
        assertThat(index.isNewest(snapshot)).isFalse();
        var next = index.newest();
        run(connection, "UPDATE t SET x = 0");

        assertThat(index.isNewest(snapshot)).isFalse();
        assertThat(index.isNewest(next)).isFalse();
        assertThat(index.isNewest(index.newest())).isTrue();
    }

    @Test
    void isNewest_uncommitted_isTrueUntilTheCommit() throws SQLException {
        var snapshot = index.newest();
        run(connection, "BEGIN IMMEDIATE");
        run(connection, "UPDATE t SET x = 1");

        assertThat(index.isNewest(snapshot)).isTrue();
        run(connection, "COMMIT");
        assertThat(index.isNewest(snapshot)).isFalse();
    }

    @Test
    void isNewest_logBegunAnew_seesEveryCommit() throws SQLException {
        for (int i = 1; i <= 20; i++) {
            var snapshot = index.newest();
            run(connection, "UPDATE t SET x = " + i);
            assertThat(index.isNewest(snapshot)).isFalse();
            run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            var emptied = index.newest();
            run(connection, "UPDATE t SET x = -1");
            assertThat(index.isNewest(emptied)).isFalse();
        }
    }

    @Test
    void isNewest_committedByAnotherProcess_isFalse() throws Exception {
        var snapshot = index.newest();

        assertThat(inAnotherProcess("UPDATE t SET x = 7")).isEqualTo("done");

        assertThat(index.isNewest(snapshot)).isFalse();
    }

    /// To close a descriptor of the file anywhere in this process would drop the lock, and the other process would
    /// write.
    @Test
    void of_whileThisProcessWrites_keepsItsLock() throws Exception {
        run(connection, "BEGIN IMMEDIATE");
        run(connection, "UPDATE t SET x = 1");

        for (int i = 0; i < 3; i++) {
            assertThat(WalIndex.of(file)).isSameAs(index);
            System.gc();
        }

        assertThat(inAnotherProcess("UPDATE t SET x = 2")).contains("SQLITE_BUSY");
        assertThatCode(() -> run(connection, "COMMIT")).doesNotThrowAnyException();
    }

    @Test
    void of_databaseThatNobodyHasOpen_isNull() throws Exception {
        assertThat(WalIndex.of(directory.resolve("none.db"))).isNull();
    }

    /// Many commits, and readers who remember one state and are told that it still is the newest: then what they read
    /// before must be what they read now.
    @Test
    void isNewest_manyCommits_neverTrueForAnOldState() throws Exception {
        var stop = new AtomicBoolean();
        var committed = new AtomicLong();
        var broken = new AtomicReference<Object>();
        var writer = Thread.ofPlatform().start(() -> {
            try {
                for (long i = 1; i <= 5_000 && broken.get() == null; i++) {
                    run(connection, "UPDATE t SET x = " + i);
                    committed.set(i);
                }
            } catch (SQLException e) {
                broken.set(e);
            } finally {
                stop.set(true);
            }
        });
        long confirmed = 0;
        try (var reader = Sqlite.openReader(file)) {
            while (!stop.get()) {
                var snapshot = index.newest();
                long value = Long.parseLong(Sqlite.queryText(reader, "SELECT x FROM t"));
                for (int look = 0; look < 50; look++) {
                    long known = committed.get();
                    if (index.isNewest(snapshot)) {
                        confirmed++;
                        if (value < known) {
                            broken.set(value + " was called the newest after " + known);
                        }
                    }
                }
            }
        }
        writer.join();
        assertThat(broken.get()).isNull();
        assertThat(committed).hasValue(5_000);
        assertThat(confirmed).isPositive();
    }
}
