package dev.mien.store.copy;

import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.store.Collection;
import dev.mien.store.Query;
import dev.mien.store.Search;
import dev.mien.store.Step;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.postgres.PostgresServer;
import dev.mien.store.postgres.PostgresStore;
import dev.mien.store.sqlite.SqliteMigrations;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Copies between real databases.
@Timeout(120)
class StoreCopyTest {
    @TempDir
    Path directory;

    /// The words of the contract's tests, without its tests.
    private record By(Store store) implements StoreContract {}

    private Side sqlite(String name) {
        var data = directory.resolve(name);
        data.toFile().mkdir();
        return new Side(data.toString());
    }

    private Side migratedSqlite(String name) {
        var side = sqlite(name);
        SqliteMigrations.migrate(Path.of(side.place()));
        return side;
    }

    private static Side postgres() {
        return new Side(PostgresServer.newEmptyDatabase());
    }

    private Side other(String database) {
        return database.equals("postgres") ? postgres() : sqlite("target");
    }

    /// A store with whatever a store can have.
    private Side source() throws SQLException {
        var side = migratedSqlite("source");
        try (var store = side.store();
                var hand = side.hand()) {
            var by = new By(store);
            String owner = by.createUser("hamlet", "Hamlet@Elsinore.example");
            by.createUser("ophelia", null);
            for (int i = 0; i < 300; i++) {
                by.committed(by.create(
                        StoreContract.PERSONAS,
                        by.newId(),
                        Map.of("name", "Guest " + i, "tags", List.of("t" + i % 7, "Ž🦉"), "owner_id", owner)));
            }
            String words = by.createPersona("\"Ophélie\" \\ \n 🦉 \u007f\u0001\u2028 {}");
            by.committed(by.change(StoreContract.PERSONAS, words, by.put("x_é", List.of(1, 1.50, "a", Map.of()))));
            by.committed(store.commit(by.edit(
                    by.from("noé", "with a key", by.key("k 1", "f")),
                    new Step.Change(StoreContract.PERSONAS, words, any -> true, by.put("age", 17)),
                    by.label(words + "~production", words, 2, any -> true, by.needed(words, 2)))));
            String purged = by.newId();
            by.committed(store.commit(by.edit(
                    by.from("mia", "", by.key("k~2", "g")), by.creation(StoreContract.PERSONAS, purged, "Secret"))));
            by.committed(store.commit(
                    by.edit(by.from("noé", "asked for"), new Step.Purge(StoreContract.PERSONAS, purged, any -> true))));
            String deleted = by.createPersona("Polonius");
            by.committed(by.change(StoreContract.PERSONAS, deleted, by.put("is_active", false)));
            run(hand, "PRAGMA busy_timeout = 5000");
            run(hand, "UPDATE personas SET document = json_set(document, '$.scenario', 'by hand') WHERE rowid % 5 = 0");
            run(
                    hand,
                    "INSERT INTO personas (id, document) VALUES ('by-hand', '{ \"name\" : \"Yo\\u0072ick\", \"n\":1.0e3}')");
            run(hand, "INSERT INTO personas (id, document) VALUES ('gone', '{\"name\":\"The old king\"}')");
            run(hand, "INSERT INTO personas (id, document) VALUES ('back', '{\"name\":\"The ghost\"}')");
            run(hand, "DELETE FROM personas WHERE id IN ('gone', 'back')");
            run(
                    hand,
                    "INSERT INTO personas (id, document) VALUES ('back', '{\"name\":\"The ghost\",\"tags\":[\"t1\"]}')");
            for (String letter : List.of("a", "b", "c", "d")) {
                run(
                        hand,
                        "INSERT INTO assets (address, type, size, width, height, put_at, bytes) VALUES ('"
                                + letter.repeat(64) + "', 'image/png', 5, nullif('" + letter
                                + "', 'a'), 2, '2026-01-01T00:00:00.000Z', X'0001FF0A7F')");
            }
            // One is used, one was erased while a document names it, one is used by an older version, one is not used.
            avatar(hand, deleted, "a");
            run(hand, "INSERT INTO asset_uses VALUES ('back', '" + "c".repeat(64) + "')");
            avatar(hand, deleted, "b");
            run(hand, "DELETE FROM asset_uses WHERE address = '" + "b".repeat(64) + "'");
            run(hand, "DELETE FROM changes WHERE revision <= 10");
            run(hand, "UPDATE log_head SET floor = 10");
        }
        return side;
    }

    private static void avatar(Connection hand, String id, String letter) throws SQLException {
        run(
                hand,
                "UPDATE personas SET document = json_set(document, '$.avatar', '" + letter.repeat(64)
                        + "') WHERE id = '" + id + "'");
    }

    /// All that clients see of a store: documents in every list, with their tags, and the log.
    private static List<String> served(Side side) throws SQLException {
        var lines = new ArrayList<String>();
        try (var store = side.store();
                var hand = side.hand()) {
            for (var query : List.of(query(null, null), query(true, null), query(false, null), query(null, "t1"))) {
                lines.add(query.toString());
                add(lines, store, StoreContract.PERSONAS, query);
            }
            add(
                    lines,
                    store,
                    StoreContract.PERSONAS,
                    new Query(1000, null, null, null, null, null, null, new Search(Search.parse("ghost"), 0)));
            add(lines, store, StoreContract.USERS, query(null, null));
            add(lines, store, StoreContract.LABELS, query(null, null));
            addHistory(lines, store, column(hand, "SELECT collection || ' ' || id FROM changes ORDER BY revision"));
            var hamlet = store.findBy(StoreContract.USERS, "email", "hamlet@elsinore.EXAMPLE");
            lines.add(hamlet.document().etag() + " " + hamlet.asOf());
            add(
                    lines,
                    store,
                    StoreContract.PERSONAS,
                    new Query(1000, null, null, hamlet.document().id(), null));
            for (String sql : List.of(
                    "SELECT collection || ' ' || id || ' ' || version FROM tombstones ORDER BY id",
                    "SELECT revision || ' ' || collection || ' ' || id || ' ' || version || ' ' || operation || ' ' || at"
                            + " || ' ' || actor || ' ' || message || ' ' || fields FROM changes ORDER BY revision",
                    "SELECT key || ' ' || fingerprint || ' ' || at || ' ' || written FROM receipts ORDER BY key",
                    "SELECT incarnation || ' ' || seq || ' ' || floor FROM log_head")) {
                lines.addAll(column(hand, sql));
            }
        }
        return lines;
    }

    private static Query query(@Nullable Boolean active, @Nullable String tag) {
        return new Query(1000, null, active, null, tag);
    }

    private static void add(List<String> lines, Store store, Collection collection, Query query) {
        for (var document : store.list(collection, query).documents()) {
            lines.add(document.etag() + " " + document.version() + " "
                    + new String(document.json(), StandardCharsets.UTF_8));
        }
    }

    /// Every version of every document as it is read.
    private static void addHistory(List<String> lines, Store store, List<String> changed) {
        for (String row : new LinkedHashSet<>(changed)) {
            String[] key = row.split(" ");
            var collection = new Collection(key[0], List.of(), "");
            for (var version :
                    store.history(collection, key[1], Long.MAX_VALUE, 100).versions()) {
                var document = store.findVersion(collection, key[1], version.version())
                        .version()
                        .document();
                lines.add(version + " "
                        + (document == null ? "nothing" : new String(document.json(), StandardCharsets.UTF_8)));
            }
        }
    }

    @Test
    void roundTrip_whateverAStoreHolds_isServedTheSame() throws SQLException {
        var source = source();
        var postgres = postgres();
        var back = sqlite("back");

        var there = source.copyTo(postgres);
        var again = postgres.copyTo(back);

        assertThat(there.differing()).isEmpty();
        assertThat(there.complete()).isFalse();
        assertThat(again.differing()).isEmpty();
        var served = served(source);
        assertThat(served).hasSizeGreaterThan(1000);
        assertThat(served(postgres)).isEqualTo(served);
        assertThat(served(back)).isEqualTo(served);
        for (var side : List.of(source, postgres, back)) {
            try (var hand = side.hand()) {
                assertThat(column(hand, "SELECT substr(address, 1, 1) FROM assets ORDER BY address"))
                        .containsExactly("a", "c", "d");
                assertThat(column(hand, "SELECT substr(address, 1, 1) FROM asset_uses ORDER BY address"))
                        .containsExactly("a", "c");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void target_ofACopy_keepsUsesItself(String database) throws SQLException {
        var source = source();
        var target = other(database);
        source.copyTo(target);

        try (var hand = target.hand()) {
            assertThatThrownBy(
                            () -> run(
                                    hand,
                                    "INSERT INTO personas (id, document) VALUES ('new', '{\"name\":\"New\",\"avatar\":\"x\"}')"))
                    .hasMessageContaining("not stored");
            run(
                    hand,
                    "INSERT INTO personas (id, document) VALUES ('new', '{\"name\":\"New\",\"avatar\":\""
                            + "d".repeat(64) + "\"}')");
            assertThat(column(hand, "SELECT count(*) FROM asset_uses WHERE persona_id = 'new'"))
                    .containsExactly("1");
        }
    }

    @Test
    void copy_ofRowsChangedByHandOnPostgres_isServedTheSame() throws SQLException {
        var postgres = postgres();
        source().copyTo(postgres);
        try (var hand = postgres.hand()) {
            run(hand, "UPDATE personas SET document = jsonb_set(document::jsonb, '{scenario}', '\"[1, {}]\"')");
            run(hand, "INSERT INTO personas (id, document) VALUES ('p', '{\"name\": \"P\", \"tags\": [\"t1\"]}')");
            run(hand, "DELETE FROM personas WHERE id = 'by-hand'");
        }
        var back = sqlite("back");

        var result = postgres.copyTo(back);

        assertThat(result.differing()).isEmpty();
        assertThat(served(back)).isEqualTo(served(postgres));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void target_thatIsWritten_goesOnWhereTheSourceWas(String database) throws SQLException {
        var source = source();
        var target = other(database);
        source.copyTo(target);
        long head;
        try (var snapshot = source.snapshot()) {
            head = snapshot.head().revision();
        }

        try (var store = target.store();
                var hand = target.hand()) {
            var by = new By(store);
            var edited = by.committed(by.change(StoreContract.PERSONAS, "back", by.put("greeting", "Remember me.")));
            run(hand, "INSERT INTO personas (id, document) VALUES ('gone', '{\"name\":\"The old king\"}')");
            run(hand, "DELETE FROM personas WHERE id = 'by-hand'");
            by.createPersona("Fortinbras");

            assertThat(edited.written().getFirst().document().version()).isEqualTo(4);
            assertThat(edited.written().getFirst().document().revision()).isEqualTo(head + 1);
            assertThat(by.document(StoreContract.PERSONAS, "gone").version()).isEqualTo(3);
            assertThat(by.document(StoreContract.PERSONAS, "gone").revision()).isEqualTo(head + 2);
            assertThat(store.lastSeen().revision()).isEqualTo(head + 4);
            assertThat(column(hand, "SELECT version FROM tombstones WHERE id = 'by-hand'"))
                    .containsExactly("2");
            assertThat(column(hand, "SELECT count(*) FROM changes")).containsExactly(Long.toString(head + 4 - 10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void killed_inTheMiddle_nothingIsThere_andTheNextRunCompletes(String database) throws Exception {
        var source = source();
        var target = other(database);
        killInTheMiddle(source, target);
        try (var hand = target.hand()) {
            assertThat(column(hand, "SELECT count(*) FROM users")).containsExactly("0");
            assertThat(column(hand, "SELECT seq FROM log_head")).containsExactly("0");
        }

        var result = source.copyTo(target);

        assertThat(result.complete()).isFalse();
        assertThat(result.differing()).isEmpty();
        assertThat(served(target)).isEqualTo(served(source));
    }

    private static void killInTheMiddle(Side source, Side target) throws Exception {
        var process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CopyProcess.class.getName(),
                        source.place(),
                        target.place())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            while (line != null && !line.equals("in the middle")) {
                line = said.readLine();
            }
            assertThat(line).isEqualTo("in the middle");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void connection_cutInTheMiddle_isReported_andTheNextRunCompletes() throws SQLException {
        var source = source();
        var target = postgres();

        assertThatThrownBy(() -> source.copyTo(target, false, (what, done, all) -> {
                    if (what.equals("Copying personas") && done == 100) {
                        cutSessions(target);
                    }
                }))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageStartingWith("cannot copy, and nothing was written: ");
        var result = source.copyTo(target);

        assertThat(result.complete()).isFalse();
        assertThat(served(target)).isEqualTo(served(source));
    }

    private static void cutSessions(Side target) {
        try (var hand = target.hand()) {
            run(
                    hand,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'mien'"
                            + " AND datname = current_database()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void copy_ofASourceThatIsWrittenMeanwhile_isTheStateOfItsBeginning(String database) throws SQLException {
        var source = source();
        var before = served(source);
        var target = other(database);
        var written = new AtomicBoolean();

        try (var store = source.store()) {
            var by = new By(store);
            source.copyTo(target, false, (what, done, all) -> {
                if (what.equals("Copying users") && written.compareAndSet(false, true)) {
                    by.createPersona("Laertes");
                    by.committed(by.change(StoreContract.PERSONAS, "by-hand", by.put("name", "Alas")));
                }
            });
        }

        assertThat(written).isTrue();
        assertThat(served(target)).isEqualTo(before);
        assertThat(served(source)).isNotEqualTo(before);
    }

    @Test
    void postgresSource_writtenMeanwhile_isTheStateOfItsBeginning() throws SQLException {
        var postgres = postgres();
        source().copyTo(postgres);
        var before = served(postgres);
        var target = sqlite("target");
        var written = new AtomicBoolean();

        postgres.copyTo(target, false, (what, done, all) -> {
            if (written.compareAndSet(false, true)) {
                try (var hand = postgres.hand()) {
                    run(hand, "UPDATE personas SET document = jsonb_set(document::jsonb, '{name}', '\"other\"')");
                    run(hand, "DELETE FROM personas WHERE id = 'by-hand'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        });

        assertThat(served(target)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void run_again_comparesAndSaysThatItIsComplete(String database) throws SQLException {
        var source = source();
        var target = other(database);
        source.copyTo(target);

        var again = source.copyTo(target);

        assertThat(again.complete()).isTrue();
        assertThat(again.differing()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE tombstones SET version = version + 1 WHERE id = 'gone'",
                "UPDATE changes SET actor = 'x' WHERE revision = 20",
                "UPDATE changes SET document = NULL, created_at = NULL WHERE revision = 20",
                "DELETE FROM receipts",
                "DELETE FROM changes WHERE revision = 20"
            })
    void run_againOnATargetThatWasTamperedWith_namesWhatDiffers(String sql) throws SQLException {
        var source = source();
        var target = postgres();
        source.copyTo(target);
        try (var hand = target.hand()) {
            run(hand, "ALTER TABLE changes DISABLE TRIGGER changes_stay");
            run(hand, sql);
        }

        var again = source.copyTo(target);

        assertThat(again.complete()).isTrue();
        assertThat(again.differing()).containsExactly(sql.split(" ")[sql.startsWith("DELETE") ? 2 : 1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void target_withAnotherHistory_isRefusedAndStaysAsItIs(String database) throws SQLException {
        var source = source();
        var target = other(database);
        target.target().close();
        try (var store = target.store()) {
            new By(store).createUser("hamlet", "hamlet@elsinore.example");
        }
        var before = served(target);

        assertThatThrownBy(() -> source.copyTo(target))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageStartingWith("the target holds another history")
                .hasMessageEndingWith("nothing was changed");
        assertThatThrownBy(() -> source.copyTo(target, true, (what, done, all) -> {}))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageStartingWith("the target holds another history");
        assertThat(served(target)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void target_thatWentOnByItself_isRefused(String database) throws SQLException {
        var source = source();
        var target = other(database);
        source.copyTo(target);
        try (var store = target.store()) {
            new By(store).createPersona("Fortinbras");
        }

        assertThatThrownBy(() -> source.copyTo(target))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("one of them was written since");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void newIncarnation_isTheOnlyDifference_andARunAgainKnowsIt(String database) throws SQLException {
        var source = source();
        var target = other(database);
        CopyProgress silent = (what, done, all) -> {};

        var result = source.copyTo(target, true, silent);
        var again = source.copyTo(target, true, silent);

        String here;
        try (var snapshot = source.snapshot()) {
            here = snapshot.head().incarnation();
        }
        String there = result.head().incarnation();
        assertThat(there).isNotEqualTo(here);
        assertThat(again.complete()).isTrue();
        assertThat(again.differing()).isEmpty();
        assertThat(served(target))
                .isEqualTo(served(source).stream()
                        .map(line -> line.replace(here, there))
                        .toList());
        assertThatThrownBy(() -> source.copyTo(target)).hasMessageStartingWith("the target holds another history");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void newIncarnation_ofATargetThatHasTheSources_isRefused(boolean empty) throws SQLException {
        var source = empty ? migratedSqlite("source") : source();
        var target = postgres();
        source.copyTo(target);

        assertThatThrownBy(() -> source.copyTo(target, true, (what, done, all) -> {}))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("that has the source's incarnation");
    }

    @Test
    void postgresTarget_inUseByAServer_isRefused() {
        var source = migratedSqlite("source");
        var target = postgres();
        target.target().close();

        try (var server = (PostgresStore) target.store()) {
            server.checkReady();

            assertThatThrownBy(() -> source.copyTo(target))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("in use by a server");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "sqlite"})
    void target_whileItIsCopiedTo_takesNoOtherWrites(String database) throws SQLException {
        var source = source();
        var target = other(database);
        var refused = new AtomicBoolean();

        source.copyTo(target, false, (what, done, all) -> {
            if (what.equals("Copying users") && done == 1) {
                try (var hand = target.hand()) {
                    run(hand, database.equals("postgres") ? "SET lock_timeout = 100" : "PRAGMA busy_timeout = 0");
                    run(hand, "INSERT INTO users (id, document) VALUES ('u', '{\"username\":\"u\"}')");
                } catch (SQLException e) {
                    refused.set(true);
                }
            }
        });

        assertThat(refused).isTrue();
        assertThat(served(target)).isEqualTo(served(source));
    }

    @Test
    void row_thatTheTargetCannotHold_isNamed_andNothingIsWritten() throws SQLException {
        var source = source();
        var target = postgres();
        try (var hand = source.hand()) {
            run(hand, "PRAGMA foreign_keys = 0");
            run(hand, "UPDATE personas SET document = json_set(document, '$.owner_id', 'nobody') WHERE id = 'back'");
        }

        assertThatThrownBy(() -> source.copyTo(target))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("personas back: ")
                .hasMessageContaining("nobody");
        try (var snapshot = target.snapshot()) {
            assertThat(snapshot.count("users")).isZero();
        }
    }

    /// A target that loses or changes something on the way, to see that the comparison notices.
    private record Careless(Target target, String what) implements Target {
        @Override
        public Snapshot contents() {
            return target.contents();
        }

        @Override
        public void putDocument(String collection, StoredDocument document) throws SQLException {
            boolean mine = collection.equals("personas") && document.id().equals("back");
            if (!mine || !what.equals("a document")) {
                target.putDocument(
                        collection,
                        mine && what.equals("a byte")
                                ? new StoredDocument(
                                        document.id(),
                                        document.version(),
                                        document.revision(),
                                        document.createdAt(),
                                        document.updatedAt(),
                                        new String(document.body(), StandardCharsets.UTF_8)
                                                .replace("ghost", "guest")
                                                .getBytes(StandardCharsets.UTF_8))
                                : document);
            }
        }

        @Override
        public void putAsset(StoredAsset asset) throws SQLException {
            boolean mine = asset.address().startsWith("d");
            if (!mine || !what.equals("a file")) {
                target.putAsset(
                        mine && what.equals("a pixel")
                                ? new StoredAsset(
                                        asset.address(), asset.type(), 3, 2, asset.putAt(), new byte[] {0, 1, 2, 3, 4})
                                : asset);
            }
        }

        @Override
        public void putUse(AssetUse use) throws SQLException {
            if (!what.equals("a use")) {
                target.putUse(use);
            }
        }

        @Override
        public void beginLog() throws SQLException {
            target.beginLog();
        }

        @Override
        public void putTombstone(Tombstone tombstone) throws SQLException {
            if (!what.equals("a tombstone")) {
                target.putTombstone(tombstone);
            }
        }

        @Override
        public void putChange(StoredChange change) throws SQLException {
            if (!what.equals("a change") || change.change().revision() != 20) {
                target.putChange(
                        what.equals("an actor") && change.change().revision() == 20
                                ? new StoredChange(
                                        change.change(), change.at(), "nobody", "", change.fields(), change.document())
                                : change);
            }
        }

        @Override
        public void putReceipt(StoredReceipt receipt) throws SQLException {
            if (!what.equals("a receipt")) {
                target.putReceipt(receipt);
            }
        }

        @Override
        public void end(Head head) throws SQLException {
            target.end(what.equals("the floor") ? new Head(head.incarnation(), head.revision(), 0) : head);
        }

        @Override
        public void commit() throws SQLException {
            target.commit();
        }

        @Override
        public void close() {
            target.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a document,personas",
                "a byte,personas",
                "a tombstone,tombstones",
                "a change,changes",
                "an actor,changes",
                "a receipt,receipts",
                "a file,assets",
                "a pixel,assets",
                "a use,asset_uses",
                "the floor,log_head"
            })
    void copy_thatLosesSomething_isNotCommitted(String whatAndWhere) throws SQLException {
        String[] expected = whatAndWhere.split(",");
        var source = source();
        for (var target : List.of(postgres(), sqlite("target"))) {
            try (var read = source.snapshot();
                    var write = new Careless(target.target(), expected[0])) {
                var result = new StoreCopy(read, write, false, (what, done, all) -> {}).run();

                assertThat(result.differing()).containsExactly(expected[1]);
            }
            try (var snapshot = target.snapshot()) {
                assertThat(snapshot.count("users")).isZero();
                assertThat(snapshot.head().revision()).isZero();
            }
        }
    }

    @Test
    void source_thatIsNotThere_isSaid() {
        assertThatThrownBy(() -> sqlite("nothing").snapshot()).hasMessageStartingWith("there is no store in ");
        assertThatThrownBy(() -> postgres().snapshot()).hasMessageStartingWith("the database holds no store");
        assertThat(Files.exists(directory.resolve("nothing/mien.db"))).isFalse();
    }

    @Test
    void document_ofAnotherLayout_isNotCopied() throws SQLException {
        var source = source();
        try (var hand = source.hand()) {
            run(hand, "DROP TRIGGER personas_update");
            run(hand, "UPDATE personas SET document = json_set(document, '$.last', 1) WHERE id = 'back'");
        }

        assertThatThrownBy(() -> source.copyTo(postgres()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("the document of back has not the layout");
    }
}
