package dev.mien.asset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.persona.PersonaService;
import dev.mien.store.CommitConfig;
import dev.mien.store.Origin;
import dev.mien.store.SideSession;
import dev.mien.store.Store;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class SqliteAssetTest extends AssetContract {
    @TempDir
    Path directory;

    @Override
    Store open() {
        SqliteMigrations.migrate(directory);
        return new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(30), 10_000), false);
    }

    @Override
    Store second(Store first) {
        return first;
    }

    @Override
    SideSession sideOf(Store store) {
        return ((SqliteStore) store).sideTables();
    }

    /// Not only that nothing finds them: the room that they took is overwritten.
    @Test
    void purge_overwritesTheBytesInTheFile() throws Exception {
        byte[] secret = "the face of Ophelia, ".repeat(3_000).getBytes(StandardCharsets.UTF_8);
        String id;
        try (var store = open();
                var side = sideOf(store);
                var assets = new AssetService(side, new AssetConfig(100_000, 0), InstantSource.system())) {
            var draft =
                    JsonNodeFactory.instance.objectNode().put("name", "Ophelia").put("avatar", assets.put(secret));
            id = new PersonaService(store)
                    .create(draft, Origin.UNKNOWN)
                    .written()
                    .getFirst()
                    .document()
                    .id();
        }
        end();
        assertThat(onDisk()).contains("the face of Ophelia");

        begin();
        try (var store = open()) {
            new PersonaService(store).purge(id, current -> true, Origin.UNKNOWN);
        }
        end();

        assertThat(onDisk()).doesNotContain("Ophelia");
        begin();
    }

    /// All files of a store that nobody has open.
    private String onDisk() throws IOException, SQLException {
        try (var hand = hand();
                var by = hand.createStatement()) {
            by.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        var bytes = new StringBuilder();
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                bytes.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return bytes.toString();
    }

    @Override
    Connection hand() throws SQLException {
        var hand = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteStore.FILE));
        try (var by = hand.createStatement()) {
            by.execute("PRAGMA busy_timeout = 10000");
        }
        return hand;
    }
}
