package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.store.Chore;
import dev.mien.store.CommitConfig;
import dev.mien.store.Edit;
import dev.mien.store.HistoryConfig;
import dev.mien.store.Listing;
import dev.mien.store.Pruner;
import dev.mien.store.PruningContract;
import dev.mien.store.Query;
import dev.mien.store.Rule;
import dev.mien.store.Search;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlitePruningTest implements PruningContract {
    @TempDir
    Path directory;

    private Store store;

    @BeforeEach
    void open() {
        SqliteMigrations.migrate(directory);
        store = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(10), 10_000), false);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Test
    void pruner_open_prunesWhatComes() {
        store.commit(Edit.of(new Step.Create(PERSONAS, "a", json("first"))));
        store.commit(Edit.of(new Step.Change(
                PERSONAS, "a", current -> true, current -> new Rule.Replace(json("second"), List.of("name")))));
        var inTwoDays = Instant.now().plus(Duration.ofDays(2));

        try (var pruning = new Chore(
                "pruning",
                new Chore.Pauses(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(1)),
                new Pruner(store, new HistoryConfig(1, Duration.ZERO), InstantSource.fixed(inTwoDays)))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> document(1) == null);
            assertThat(document(2)).isNotNull();
            assertThat(pruning).isNotNull();
        }
    }

    private Object document(long version) {
        return store.findVersion(PERSONAS, "a", version).version().document();
    }

    @Test
    void purge_leavesNothingInTheFiles() throws Exception {
        String large = "x".repeat(9_000);
        for (int i = 0; i < 40; i++) {
            store.commit(Edit.of(new Step.Create(PERSONAS, "p" + i, json("NEEDLE-" + i + large.substring(i * 200)))));
            for (int round = 0; round < 5; round++) {
                byte[] next = json("NEEDLE-" + i + "-" + round + large.substring(round * 1_500));
                store.commit(Edit.of(new Step.Change(
                        PERSONAS, "p" + i, current -> true, current -> new Rule.Replace(next, List.of("name")))));
            }
        }
        assertThat(isInTheFiles("NEEDLE")).isTrue();

        for (int i = 0; i < 40; i++) {
            store.commit(Edit.of(new Step.Purge(PERSONAS, "p" + i, current -> true)));
        }

        assertThat(isInTheFiles("NEEDLE")).isFalse();
    }

    @Test
    void scrub_afterPurges_leavesNoWordOfThemInTheIndex() throws Exception {
        for (int i = 0; i < 300; i++) {
            store.commit(Edit.of(new Step.Create(PERSONAS, "p" + i, json("keepsake" + i + " of the court"))));
        }
        for (int i = 0; i < 300; i += 3) {
            store.commit(Edit.of(new Step.Create(PERSONAS, "n" + i, json("needle" + i + " of the court"))));
        }
        assertThat(store.scrub()).isFalse();

        for (int i = 0; i < 300; i += 3) {
            store.commit(Edit.of(new Step.Purge(PERSONAS, "n" + i, current -> true)));
        }
        // So that the test can fail.
        assertThat(isInTheFiles("needle")).isTrue();
        await().atMost(Duration.ofSeconds(30)).until(() -> !store.scrub());

        assertThat(isInTheFiles("needle")).isFalse();
        assertThat(isInTheFiles("keepsake")).isTrue();
        assertThat(found("keepsake17").documents()).hasSize(1);
        assertThat(found("court").documents()).hasSize(50);
    }

    @Test
    void scrub_partByPartWhileOthersWrite_endsAndLosesNothing() throws Exception {
        for (int part = 0; part < 20; part++) {
            var steps = new ArrayList<Step>();
            for (int i = part; i < 400; i += 20) {
                steps.add(new Step.Create(PERSONAS, "p" + i, withWords("keepsake" + i, "k" + i + "w")));
            }
            steps.add(new Step.Create(PERSONAS, "n" + part, withWords("needle" + part, "needle" + part + "w")));
            store.commit(new Edit(steps));
        }
        for (int part = 0; part < 20; part++) {
            store.commit(Edit.of(new Step.Purge(PERSONAS, "n" + part, current -> true)));
        }
        assertThat(isInTheFiles("needle")).isTrue();

        int written = 400;
        int steps = 0;
        for (boolean more = true; more; steps++) {
            try (var scrubber = new SqliteScrubber(directory.resolve(SqliteStore.FILE), 1)) {
                more = scrubber.step();
            }
            // One, two or three small segments, which may get into the way of the merge.
            for (int i = 0; i < 1 + steps % 3; i++) {
                store.commit(Edit.of(new Step.Create(PERSONAS, "p" + written, json("keepsake" + written++))));
            }
        }

        assertThat(steps).isGreaterThan(5);
        assertThat(isInTheFiles("needle")).isFalse();
        for (int i = 0; i < written; i++) {
            assertThat(found("keepsake" + i).documents()).hasSize(1);
        }
    }

    private static byte[] withWords(String name, String beginning) {
        String words = IntStream.range(0, 60).mapToObj(i -> beginning + i).collect(Collectors.joining(" "));
        return ("{\"name\":\"" + name + "\",\"greeting\":\"" + words + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void scrub_afterTheLastPersona_ends() {
        store.commit(Edit.of(new Step.Create(PERSONAS, "n", json("needle"))));
        store.commit(Edit.of(new Step.Purge(PERSONAS, "n", current -> true)));

        await().atMost(Duration.ofSeconds(30)).until(() -> !store.scrub());
        assertThat(store.scrub()).isFalse();
    }

    private Listing found(String words) {
        return store.list(
                PERSONAS,
                new Query(50, null, null, null, null, null, null, new Search(Search.parse("\"" + words + "\""), 0)));
    }

    /// Whether the database still holds a text anywhere, once the log was written back and emptied.
    private boolean isInTheFiles(String text) throws Exception {
        var file = directory.resolve(SqliteStore.FILE);
        try (var connection = Sqlite.openWriter(file)) {
            Sqlite.queryText(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            // A copy of the bytes by SQLite's own tool would leave out what is free, so it is the file that is looked
            // at.
            // Nobody writes meanwhile.
            var copy = directory.resolve("copy");
            new ProcessBuilder("cp", file.toString(), copy.toString()).start().waitFor();
            assertThat(Files.size(Path.of(file + "-wal"))).isZero();
            return Files.readString(copy, StandardCharsets.ISO_8859_1).contains(text);
        }
    }

    private static byte[] json(String name) {
        return ("{\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    }
}
