package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.mien.store.Collection;
import dev.mien.store.CommitConfig;
import dev.mien.store.Edit;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.Refused;
import dev.mien.store.Query;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that somebody changes with SQL of their own, on a connection with SQLite's defaults, as in the `sqlite3` tool.
class SqliteByHandTest {
    @TempDir
    Path directory;

    private SqliteStore store;
    private Connection hand;
    private By by;

    /// The words of the contract's tests, without its tests.
    private record By(Store store) implements StoreContract {}

    @BeforeEach
    void open() throws SQLException {
        SqliteMigrations.migrate(directory);
        store = new SqliteStore(directory, new CommitConfig(256, Duration.ofSeconds(5), 1000), false);
        by = new By(store);
        hand = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteStore.FILE));
        run("PRAGMA busy_timeout = 5000");
        run("PRAGMA recursive_triggers = 0");
        run("PRAGMA foreign_keys = 0");
    }

    @AfterEach
    void close() throws SQLException {
        hand.close();
        store.close();
    }

    @Test
    void update_oneMember_hasNextVersionRevisionTimeAndETag() throws SQLException {
        String id = by.createPersona("Ophelia");
        var before = store.find(StoreContract.PERSONAS, id);
        var jsonBefore = by.json(StoreContract.PERSONAS, id);
        waitForTheNextMillisecond();

        run("UPDATE personas SET document = json_set(document, '$.name', 'Gertrude') WHERE id = '" + id + "'");

        var found = store.find(StoreContract.PERSONAS, id);
        var json = by.json(StoreContract.PERSONAS, id);
        assertThat(json.get("name").stringValue()).isEqualTo("Gertrude");
        assertThat(json.get("version").longValue()).isEqualTo(2);
        assertThat(json.get("revision").longValue()).isEqualTo(before.asOf().revision() + 1);
        assertThat(json.get("created_at")).isEqualTo(jsonBefore.get("created_at"));
        assertThat(Instant.parse(json.get("updated_at").stringValue()))
                .isAfter(Instant.parse(jsonBefore.get("updated_at").stringValue()));
        assertThat(found.document().version()).isEqualTo(2);
        assertThat(found.document().etag()).isNotEqualTo(before.document().etag());
        assertThat(found.asOf().revision()).isEqualTo(before.asOf().revision() + 1);
        assertThat(log()).containsExactly("1 personas " + id + " 1 create", "2 personas " + id + " 2 update");
    }

    @Test
    void layout_ofRowsByHand_isThatOfEdits() throws SQLException {
        String id = by.createPersona("Ophelia");
        run("UPDATE personas SET document = json_set(document, '$.tags', json('[\"a\"]')) WHERE id = '" + id + "'");
        run(
                "INSERT INTO personas (id, document) VALUES ('y', ' {\"version\": 7, \"name\" : \"Y\\u00e9\", \"n\":1.50e2} ')");
        run("INSERT INTO users (id, document) VALUES ('u', '{\"username\":\"u\"}')");
        run("UPDATE users SET document = json_set(document, '$.email', null)");

        assertThat(text(StoreContract.PERSONAS, id))
                .startsWith("{\"id\":\"" + id
                        + "\",\"name\":\"Ophelia\",\"tags\":[\"a\"],\"version\":2,\"revision\":2,\"created_at\":");
        assertThat(text(StoreContract.PERSONAS, "y"))
                .startsWith(
                        "{\"id\":\"y\",\"name\":\"Y\\u00e9\",\"n\":1.50e2,\"version\":1,\"revision\":3,\"created_at\":");
        assertThat(text(StoreContract.USERS, "u"))
                .startsWith(
                        "{\"id\":\"u\",\"username\":\"u\",\"email\":null,\"version\":2,\"revision\":5,\"created_at\":");
    }

    private String text(Collection collection, String id) {
        return new String(store.find(collection, id).document().json(), StandardCharsets.UTF_8);
    }

    @Test
    void update_uniqueMember_isFoundByItAtOnce() throws SQLException {
        String id = by.createUser("ophelia", null);

        run("UPDATE users SET document = json_set(document, '$.username', 'queen') WHERE id = '" + id + "'");

        assertThat(store.findBy(StoreContract.USERS, "username", "queen")
                        .document()
                        .id())
                .isEqualTo(id);
        assertThat(store.findBy(StoreContract.USERS, "username", "ophelia").document())
                .isNull();
    }

    @Test
    void update_thenAnEdit_goesOnFromThere() throws SQLException {
        String id = by.createPersona("Ophelia");
        run("UPDATE personas SET document = json_set(document, '$.scenario', 'by hand') WHERE id = '" + id + "'");

        var outcome = by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude"));

        var json = by.json(StoreContract.PERSONAS, id);
        assertThat(by.committed(outcome).written().getFirst().document().version())
                .isEqualTo(3);
        assertThat(json.get("scenario").stringValue()).isEqualTo("by hand");
        assertThat(json.get("name").stringValue()).isEqualTo("Gertrude");
    }

    @Test
    void update_manyRows_eachHasItsOwnRevision() throws SQLException {
        for (int i = 0; i < 20; i++) {
            by.createPersona("Guest " + i);
        }

        run("UPDATE personas SET document = json_set(document, '$.greeting', 'Hail')");

        var listing = store.list(StoreContract.PERSONAS, new Query(100, null, null, null, null));
        assertThat(listing.asOf().revision()).isEqualTo(40);
        assertThat(listing.documents()).hasSize(20).allSatisfy(document -> {
            assertThat(document.version()).isEqualTo(2);
            assertThat(StoreContract.JSON
                            .readTree(document.json())
                            .get("version")
                            .longValue())
                    .isEqualTo(2);
        });
        assertThat(listing.documents())
                .extracting(document -> StoreContract.JSON
                        .readTree(document.json())
                        .get("revision")
                        .longValue())
                .doesNotHaveDuplicates()
                .allMatch(revision -> revision > 20 && revision <= 40);
        assertThat(revisions()).hasSize(40);
    }

    @Test
    void update_rolledBack_leavesNothing() throws SQLException {
        String id = by.createPersona("Ophelia");
        var before = store.find(StoreContract.PERSONAS, id);

        run("BEGIN");
        run("UPDATE personas SET document = json_set(document, '$.name', 'Gertrude')");
        var meanwhile = store.find(StoreContract.PERSONAS, id);
        run("ROLLBACK");

        assertThat(meanwhile.asOf()).isEqualTo(before.asOf());
        assertThat(store.find(StoreContract.PERSONAS, id).document().json())
                .isEqualTo(before.document().json());
        assertThat(revisions()).containsExactly(1L);
    }

    @Test
    void insert_row_isADocumentOfVersionOne() throws SQLException {
        run("INSERT INTO personas (id, document) VALUES ('by-hand', '{\"name\":\"Yorick\",\"tags\":[\"skull\"]}')");

        var json = by.json(StoreContract.PERSONAS, "by-hand");
        assertThat(json.get("id").stringValue()).isEqualTo("by-hand");
        assertThat(json.get("version").longValue()).isEqualTo(1);
        assertThat(json.get("revision").longValue()).isEqualTo(1);
        assertThat(json.get("updated_at").stringValue()).endsWith("Z");
        assertThat(tagged("skull")).containsExactly("by-hand");
        assertThat(log()).containsExactly("1 personas by-hand 1 create");
    }

    @Test
    void delete_row_isGoneAndLogged() throws SQLException {
        String id = by.createPersona("Ophelia");

        run("DELETE FROM personas");

        assertThat(store.find(StoreContract.PERSONAS, id).document()).isNull();
        assertThat(store.list(StoreContract.PERSONAS, new Query(10, null, null, null, null))
                        .documents())
                .isEmpty();
        assertThat(log()).containsExactly("1 personas " + id + " 1 create", "2 personas " + id + " 2 delete");
    }

    @Test
    void insert_afterDelete_goesOnBehindTheLastVersion() throws SQLException {
        var versions = new ArrayList<Long>();
        for (int round = 0; round < 3; round++) {
            run("INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
            versions.add(by.document(StoreContract.PERSONAS, "y").version());
            run("UPDATE personas SET document = json_set(document, '$.name', 'Alas')");
            versions.add(by.document(StoreContract.PERSONAS, "y").version());
            run("DELETE FROM personas WHERE id = 'y'");
        }

        assertThat(versions).doesNotHaveDuplicates().isSorted();
        assertThat(loggedVersions("y")).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void insertOrReplace_withTheNameOrAddressOfAnotherUser_isRefusedAndRemovesNobody() throws SQLException {
        run("INSERT INTO users (id, document) VALUES ('a', '{\"username\":\"yorick\",\"email\":\"Y@example.org\"}')");

        for (String taken : List.of("\"yorick\"", "\"osric\",\"email\":\"y@EXAMPLE.org\"")) {
            assertThatThrownBy(() -> run(
                            "INSERT OR REPLACE INTO users (id, document) VALUES ('b', '{\"username\":" + taken + "}')"))
                    .hasMessageContaining("UNIQUE constraint failed: users.");
        }

        assertThat(store.findBy(StoreContract.USERS, "username", "yorick").document())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void replace_row_goesOnBehindTheLastVersion(int recursiveTriggers) throws SQLException {
        run("PRAGMA recursive_triggers = " + recursiveTriggers);
        String id = by.createPersona("Ophelia");
        by.change(StoreContract.PERSONAS, id, by.put("tags", List.of("old")));
        String etag = by.document(StoreContract.PERSONAS, id).etag();

        run("INSERT OR REPLACE INTO personas (id, document) VALUES ('" + id
                + "', '{\"name\":\"Gertrude\",\"tags\":[\"new\"]}')");
        long first = by.document(StoreContract.PERSONAS, id).version();
        run("REPLACE INTO personas (id, document) VALUES ('" + id + "', '{\"name\":\"Gertrude\",\"tags\":[\"new\"]}')");
        long second = by.document(StoreContract.PERSONAS, id).version();

        assertThat(List.of(2L, first, second)).doesNotHaveDuplicates().isSorted();
        assertThat(by.document(StoreContract.PERSONAS, id).etag()).isNotEqualTo(etag);
        assertThat(tagged("old")).isEmpty();
        assertThat(tagged("new")).containsExactly(id);
        assertThat(revisions()).endsWith(store.lastSeen().revision());
    }

    @Test
    void upsert_row_isAnUpdate() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(
                "INSERT INTO personas (id, document) VALUES ('" + id
                        + "', '{\"name\":\"x\"}') ON CONFLICT DO UPDATE SET document = json_set(document, '$.name', 'Gertrude')");

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(2);
        assertThat(log()).containsExactly("1 personas " + id + " 1 create", "2 personas " + id + " 2 update");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE personas SET id = 'other'",
                "UPDATE personas SET version = 9",
                "UPDATE personas SET version = version + 1",
                "UPDATE personas SET revision = 9",
                "UPDATE personas SET document = 'no JSON'",
                "UPDATE personas SET document = json_remove(document, '$.name')",
                "INSERT INTO personas (document) VALUES ('{\"name\":\"without an id\"}')"
            })
    void statement_thatWouldBreakADocument_isRefused(String sql) throws SQLException {
        String id = by.createPersona("Ophelia");
        byte[] before = by.document(StoreContract.PERSONAS, id).json();

        assertThatThrownBy(() -> run(sql)).isInstanceOf(SQLException.class);

        assertThat(by.document(StoreContract.PERSONAS, id).json()).isEqualTo(before);
        assertThat(revisions()).containsExactly(1L);
    }

    @Test
    void update_versionInsideTheDocument_isSetRight() throws SQLException {
        String id = by.createPersona("Ophelia");

        run("UPDATE personas SET version = 40, document = json_set(document, '$.version', 50, '$.id', 'x')");

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(2);
        assertThat(by.json(StoreContract.PERSONAS, id).get("version").longValue())
                .isEqualTo(2);
        assertThat(by.json(StoreContract.PERSONAS, id).get("id").stringValue()).isEqualTo(id);
    }

    @Test
    void tags_changedByHand_areListedRightAfter() throws SQLException {
        String id = by.newId();
        by.create(StoreContract.PERSONAS, id, Map.of("name", "Ophelia", "tags", List.of("a", "b")));

        run("UPDATE personas SET document = json_set(document, '$.tags', json('[\"b\",\"c\"]'))");
        assertThat(List.of(tagged("a"), tagged("b"), tagged("c"))).containsExactly(List.of(), List.of(id), List.of(id));

        run("UPDATE personas SET document = json_remove(document, '$.tags')");
        assertThat(List.of(tagged("b"), tagged("c"))).containsOnly(List.of());

        run("UPDATE personas SET document = json_set(document, '$.tags', json('[\"a\"]'))");
        assertThat(tagged("a")).containsExactly(id);

        run("DELETE FROM personas");
        assertThat(tagged("a")).isEmpty();
    }

    @Test
    void log_afterEverything_isGaplessAndTellsWhatHappened() throws SQLException {
        String user = by.createUser("ophelia", null);
        String persona = by.createPersona("Ophelia");
        run("UPDATE users SET document = json_set(document, '$.bio', 'x')");
        by.change(StoreContract.PERSONAS, persona, by.put("name", "Gertrude"));
        by.change(StoreContract.PERSONAS, persona, current -> new dev.mien.store.Rule.Keep());
        run("INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
        run("DELETE FROM personas WHERE id = 'y'");

        assertThat(log())
                .containsExactly(
                        "1 users " + user + " 1 create",
                        "2 personas " + persona + " 1 create",
                        "3 users " + user + " 2 update",
                        "4 personas " + persona + " 2 update",
                        "5 personas y 1 create",
                        "6 personas y 2 delete");
        assertThat(store.find(StoreContract.PERSONAS, persona).asOf().revision())
                .isEqualTo(6);
    }

    @Test
    void edits_besideStatementsByHand_noneIsLost() throws Exception {
        String id = by.createPersona("Ophelia");

        by.inParallel(2, member -> {
            for (int round = 0; round < 60; round++) {
                if (member == 0) {
                    by.committed(by.change(StoreContract.PERSONAS, id, by.put("edit_" + round, 1)));
                } else {
                    run("UPDATE personas SET document = json_set(document, '$.hand_" + round + "', 1)");
                }
            }
            return null;
        });

        var json = by.json(StoreContract.PERSONAS, id);
        for (int round = 0; round < 60; round++) {
            assertThat(json.has("edit_" + round)).isTrue();
            assertThat(json.has("hand_" + round)).isTrue();
        }
        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(121);
        assertThat(revisions()).hasSize(121);
    }

    @Test
    void history_ofRowsByHand_hasTheirDocumentsAndChangedMembersAndNoActor() throws SQLException {
        run("INSERT INTO personas (id, document) VALUES ('y', ' {\"name\" : \"Yorick\", \"age\": 3, \"a b\": [1]} ')");
        var served = new ArrayList<>(List.of(by.document(StoreContract.PERSONAS, "y")));
        for (String document : List.of(
                "json_set(json_remove(document, '$.\"a b\"'), '$.name', 'Alas', '$.new', json('{\"x\":null}'))",
                "document",
                "'{\"name\":\"Poor Yorick\"}'")) {
            run("UPDATE personas SET document = " + document);
            served.add(by.document(StoreContract.PERSONAS, "y"));
        }
        run("DELETE FROM personas");

        var versions = store.history(StoreContract.PERSONAS, "y", Long.MAX_VALUE, 10)
                .versions()
                .reversed();
        assertThat(versions)
                .extracting(
                        Version::version, Version::operation, version -> List.copyOf(new TreeSet<>(version.fields())))
                .containsExactly(
                        tuple(1L, "create", List.of()),
                        tuple(2L, "update", List.of("a b", "name", "new")),
                        tuple(3L, "update", List.of()),
                        tuple(4L, "update", List.of("age", "name", "new")),
                        tuple(5L, "delete", List.of()));
        assertThat(versions).allSatisfy(version -> {
            assertThat(version.actor()).isEmpty();
            assertThat(version.message()).isEmpty();
            assertThat(version.at()).endsWith("Z");
        });
        for (var then : served) {
            var found = store.findVersion(StoreContract.PERSONAS, "y", then.version());
            assertThat(found.version().document().json()).isEqualTo(then.json());
        }
        assertThat(store.findVersion(StoreContract.PERSONAS, "y", 5).version().document())
                .isNull();
    }

    @Test
    void history_ofAnEditBehindAHand_hasTheActorOfTheEditAlone() throws SQLException {
        String id = by.newId();
        by.committed(store.commit(by.edit(by.from("mia", "why"), by.creation(StoreContract.PERSONAS, id, "Ophelia"))));

        run("UPDATE personas SET document = json_set(document, '$.name', 'Gertrude')");

        assertThat(store.history(StoreContract.PERSONAS, id, Long.MAX_VALUE, 10).versions())
                .extracting(Version::actor, Version::message)
                .containsExactly(tuple("", ""), tuple("mia", "why"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE changes SET version = 7",
                "UPDATE changes SET operation = 'delete'",
                "UPDATE changes SET at = ''",
                "UPDATE changes SET document = '{\"name\":\"x\"}'",
                "UPDATE changes SET actor = 'x'"
            })
    void history_cannotBeRewritten(String sql) throws SQLException {
        String id = by.createPersona("Ophelia");

        assertThatThrownBy(() -> run(sql)).hasMessageContaining("a change stays as it was");

        assertThat(store.findVersion(StoreContract.PERSONAS, id, 1)
                        .version()
                        .document()
                        .json())
                .isEqualTo(by.document(StoreContract.PERSONAS, id).json());
    }

    @Test
    void version_prunedByHand_isThereWithoutItsDocument() throws SQLException {
        String id = by.createPersona("Ophelia");
        by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude"));

        run("UPDATE changes SET document = NULL WHERE version = 1");

        assertThat(store.findVersion(StoreContract.PERSONAS, id, 1).version().document())
                .isNull();
        assertThat(store.history(StoreContract.PERSONAS, id, Long.MAX_VALUE, 10).versions())
                .hasSize(2);
        assertThat(store.commit(Edit.of(by.label(id + "~old", id, 1, any -> true, by.needed(id, 1)))))
                .isInstanceOf(Refused.class);
    }

    @Test
    void label_byHand_isADocumentLikeOthers() throws SQLException {
        String id = by.createPersona("Ophelia");
        run("INSERT INTO labels (id, document) VALUES ('" + id + "~production', '{\"persona_id\":\"" + id
                + "\",\"target\":1}')");

        by.committed(store.commit(Edit.of(by.label(id + "~production", id, 2, any -> true, null))));
        run("UPDATE labels SET document = json_set(document, '$.target', 1)");

        assertThat(by.all(StoreContract.LABELS, new Query(10, null, null, id, null)))
                .containsExactly(id + "~production");
        assertThat(by.document(StoreContract.LABELS, id + "~production").version())
                .isEqualTo(3);
        assertThat(by.document(StoreContract.LABELS, id + "~production").revision())
                .isEqualTo(4);
        assertThat(column("SELECT target FROM labels")).containsExactly("1");
        assertThat(store.history(StoreContract.LABELS, id + "~production", Long.MAX_VALUE, 10)
                        .versions()
                        .getFirst()
                        .fields())
                .containsExactly("target");
        assertThatThrownBy(() -> run("UPDATE labels SET document = '{\"target\":1}'"))
                .isInstanceOf(SQLException.class);
        run("DELETE FROM labels");
        assertThat(log()).endsWith("5 labels " + id + "~production 4 delete");
    }

    @Nested
    class Lost {
        @Test
        void file_renamedAway_nothingIsReadOrAcknowledgedAnyMore() throws IOException {
            String id = by.createPersona("Ophelia");
            Files.move(directory.resolve(SqliteStore.FILE), directory.resolve("elsewhere.db"));

            var outcome = by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude"));

            assertThat(outcome).isNotInstanceOf(Committed.class);
            refusesReads(id);
        }

        @Test
        void file_renamedAwayWhileNobodyWrites_isNoticed() throws IOException {
            String id = by.createPersona("Ophelia");

            Files.move(directory.resolve(SqliteStore.FILE), directory.resolve("elsewhere.db"));

            await().atMost(Duration.ofSeconds(5)).until(store::isLost);
            refusesReads(id);
        }

        @Test
        void file_replacedByACopy_nothingIsReadOrAcknowledgedAnyMore() throws Exception {
            String id = by.createPersona("Ophelia");
            var copy = directory.resolve("copy.db");
            run("VACUUM INTO '" + copy + "'");
            Files.move(copy, directory.resolve(SqliteStore.FILE), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

            var outcome = by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude"));

            assertThat(outcome).isNotInstanceOf(Committed.class);
            refusesReads(id);
        }

        @ParameterizedTest
        @ValueSource(strings = {"UPDATE log_head SET seq = 0", "UPDATE log_head SET incarnation = 'another'"})
        void history_anotherOne_nothingIsReadAnyMore(String sql) throws SQLException {
            String id = by.createPersona("Ophelia");

            run(sql);

            refusesReads(id);
            assertThat(by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude")))
                    .isNotInstanceOf(Committed.class);
        }

        private void refusesReads(String id) {
            assertThatThrownBy(() -> store.find(StoreContract.PERSONAS, id))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.findBy(StoreContract.USERS, "username", "x"))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.list(StoreContract.PERSONAS, new Query(10, null, null, null, null)))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(store::checkReady).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.isLost()).isTrue();
        }
    }

    private void run(String sql) throws SQLException {
        try (var statement = hand.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> tagged(String tag) {
        return by.all(StoreContract.PERSONAS, new Query(10, null, null, null, tag));
    }

    private List<String> log() throws SQLException {
        return column("SELECT revision || ' ' || collection || ' ' || id || ' ' || version || ' ' || operation"
                + " FROM changes ORDER BY revision");
    }

    private List<Long> loggedVersions(String id) throws SQLException {
        return column("SELECT version FROM changes WHERE id = '" + id + "' ORDER BY revision").stream()
                .map(Long::valueOf)
                .toList();
    }

    /// The revisions of the log, which has no gap.
    private List<Long> revisions() throws SQLException {
        var revisions = column("SELECT revision FROM changes ORDER BY revision").stream()
                .map(Long::valueOf)
                .toList();
        for (int i = 0; i < revisions.size(); i++) {
            assertThat(revisions.get(i)).isEqualTo(i + 1);
        }
        return revisions;
    }

    private List<String> column(String sql) throws SQLException {
        var values = new ArrayList<String>();
        try (var statement = hand.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    @Test
    void search_rowsByHand_areFoundByTheirWordsAtOnce() throws SQLException {
        String id = by.createPersona(Map.of("name", "Ophelia", "greeting", "old words"));

        run("INSERT INTO personas (id, document) VALUES ('h', '{\"name\":\"Hamlet\",\"tags\":[\"raven\", 1]}')");
        run("UPDATE personas SET document = json_set(document, '$.greeting', 'new words') WHERE id = '" + id + "'");
        assertThat(by.found("raven")).containsExactly("h");
        assertThat(by.found("old")).isEmpty();
        assertThat(by.found("new words")).containsExactly(id);

        run("UPDATE OR IGNORE personas SET document = json_set(document, '$.name', 'Gertrude')");
        assertThat(by.found("gertrude")).containsExactly("h", id);
        assertThat(by.found("ophelia")).isEmpty();

        run("UPDATE personas SET document = json_set(document, '$.greeting', 'at ' || id)");
        assertThat(by.found("\"at h\"")).containsExactly("h");
        assertThat(by.found("\"at " + id + "\"")).containsExactly(id);
        assertThat(by.found("new words")).isEmpty();

        run("DELETE FROM personas WHERE id = 'h'");
        assertThat(by.found("gertrude")).containsExactly(id);
        assertThat(by.found("raven")).isEmpty();
        assertThat(column("SELECT id FROM personas_number")).containsExactly(id);
    }

    @Test
    void search_indexPutOffByHand_isCaughtUpByTheNextEdit() throws SQLException {
        run("INSERT INTO personas_reindex VALUES (0)");
        run("INSERT INTO personas (id, document) VALUES ('h', '{\"name\":\"Hamlet\",\"greeting\":\"raven\"}')");

        String id = by.createPersona(Map.of("name", "Ophelia", "greeting", "dove"));

        assertThat(by.found("raven")).containsExactly("h");
        assertThat(by.found("dove")).containsExactly(id);
        assertThat(column("SELECT docid FROM personas_reindex")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "upsert"})
    void search_rowsInsertedOverOthers_areFoundByTheWordsThatTheyHave(String how) throws SQLException {
        run("INSERT INTO personas (id, document) VALUES ('a', '{\"name\":\"Raven\"}'), ('b', '{\"name\":\"Owl\"}')");
        String values = "INTO personas (id, document) VALUES ('b', '{\"name\":\"Dove\"}')";

        for (int round = 0; round < 2; round++) {
            run(
                    how.equals("upsert")
                            ? "INSERT " + values + " ON CONFLICT DO UPDATE SET document = excluded.document"
                            : how + " " + values);
        }

        boolean kept = how.endsWith("IGNORE");
        assertThat(by.found("dove")).hasSize(kept ? 0 : 1);
        assertThat(by.found("owl")).hasSize(kept ? 1 : 0);
        assertThat(by.found("raven")).containsExactly("a");
        run("DELETE FROM personas");
        run("INSERT INTO personas (id, document) VALUES ('c', '{\"name\":\"Swan\"}')");
        assertThat(by.found("dove")).isEmpty();
        assertThat(by.found("swan")).containsExactly("c");
    }

    @Test
    void search_afterVacuum_findsTheSame() throws SQLException {
        for (int i = 0; i < 20; i++) {
            by.createPersona("Guest number" + i);
        }
        run("DELETE FROM personas WHERE json_extract(document, '$.name') LIKE '%1'");
        var before = by.found("guest");

        run("VACUUM");

        assertThat(by.found("guest")).isEqualTo(before).hasSize(18);
        assertThat(by.found("number7")).hasSize(1);
    }

    @Test
    void search_otherMemberChanged_leavesTheIndexAlone() throws SQLException {
        String id = by.createPersona("Ophelia");
        String count = "SELECT total(length(block)) FROM personas_text_data";
        var before = column(count);

        by.change(StoreContract.PERSONAS, id, by.put("creator_notes", "a note"));
        assertThat(column(count)).isEqualTo(before);

        by.change(StoreContract.PERSONAS, id, by.put("greeting", "a greeting"));
        assertThat(column(count)).isNotEqualTo(before);
    }

    private static void waitForTheNextMillisecond() {
        long now = System.currentTimeMillis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.currentTimeMillis() > now + 1);
    }
}
