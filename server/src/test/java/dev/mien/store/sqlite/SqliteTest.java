package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"3.51.2", "3.50.9", "3.9.0", "2.99.99", "3.51.2.9"})
    void requireVersion_thatCanLoseCommits_isRefused(String version) {
        assertThatThrownBy(() -> Sqlite.requireVersion(version))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(version)
                .hasMessageContaining("3.51.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.51.3", "3.52.0", "3.54.1", "4.0.0", "3.100.0"})
    void requireVersion_newEnough_isAccepted(String version) {
        assertThatCode(() -> Sqlite.requireVersion(version)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "journal_mode, wal",
        "synchronous, 2",
        "foreign_keys, 1",
        "recursive_triggers, 1",
        "locking_mode, normal",
        "mmap_size, 0"
    })
    void openWriter_anyFile_hasItsPragmas(String pragma, String value) throws SQLException {
        try (var connection = Sqlite.openWriter(directory.resolve("a.db"))) {
            assertThat(Sqlite.queryText(connection, "PRAGMA " + pragma)).isEqualToIgnoringCase(value);
        }
    }

    @Test
    void openReader_write_isRefused() throws SQLException {
        var file = directory.resolve("a.db");
        try (var writer = Sqlite.openWriter(file);
                var reader = Sqlite.openReader(file);
                var statement = reader.createStatement()) {
            assertThat(Sqlite.queryText(writer, "PRAGMA journal_mode")).isEqualTo("wal");

            assertThatThrownBy(() -> statement.execute("CREATE TABLE a (b)")).isInstanceOf(SQLException.class);
        }
    }
}
