package dev.mien.store.postgres;

import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mien.store.Edit;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.Refused;
import dev.mien.store.Query;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.Version;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that somebody changes with SQL of their own, in a session with the server's defaults, as in `psql`.
@Timeout(120)
class PostgresByHandTest {
    private static final String RENAME =
            "UPDATE personas SET document = jsonb_set(document::jsonb, '{name}', '\"%s\"')";

    private String url;
    private PostgresStore store;
    private Connection hand;
    private By by;

    /// The words of the contract's tests, without its tests.
    private record By(Store store) implements StoreContract {}

    @BeforeEach
    void open() throws SQLException {
        url = PostgresServer.newDatabase();
        store = PostgresServer.open(url);
        by = new By(store);
        hand = PostgresServer.psql(url);
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
        run(hand, "SELECT pg_sleep(0.002)");

        run(hand, RENAME.formatted("Gertrude") + " WHERE id = '" + id + "'");

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
    void update_uniqueMember_isFoundByItAtOnce() throws SQLException {
        String id = by.createUser("ophelia", null);

        run(hand, "UPDATE users SET document = '{\"username\":\"queen\",\"email\":\"Q@x.example\"}'");

        assertThat(store.findBy(StoreContract.USERS, "username", "queen")
                        .document()
                        .id())
                .isEqualTo(id);
        assertThat(store.findBy(StoreContract.USERS, "email", "q@X.example")
                        .document()
                        .id())
                .isEqualTo(id);
        assertThat(store.findBy(StoreContract.USERS, "username", "ophelia").document())
                .isNull();
    }

    @Test
    void update_thenAnEdit_goesOnFromThere() throws SQLException {
        String id = by.createPersona("Ophelia");
        run(hand, "UPDATE personas SET document = jsonb_set(document::jsonb, '{scenario}', '\"by hand\"')");

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

        run(hand, RENAME.formatted("Guest"));

        var listing = store.list(StoreContract.PERSONAS, new Query(100, null, null, null, null));
        assertThat(listing.asOf().revision()).isEqualTo(40);
        assertThat(listing.documents()).hasSize(20).allSatisfy(document -> {
            assertThat(document.version()).isEqualTo(2);
            assertThat(document.revision()).isBetween(21L, 40L);
            var json = StoreContract.JSON.readTree(document.json());
            assertThat(json.get("version").longValue()).isEqualTo(2);
            assertThat(json.get("revision").longValue()).isEqualTo(document.revision());
        });
        assertThat(listing.documents())
                .extracting(document -> document.revision())
                .doesNotHaveDuplicates();
        assertThat(revisions()).hasSize(40);
    }

    @Test
    void transaction_ofSeveralStatements_isLoggedAsAWholeAtItsEnd() throws SQLException {
        String id = by.createPersona("Ophelia");
        run(hand, "BEGIN; " + RENAME.formatted("Gertrude"));
        String other = by.createPersona("Comes between");
        run(hand, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
        run(hand, RENAME.formatted("Hamlet") + " WHERE id = '" + id + "'; DELETE FROM personas WHERE id = 'y'; COMMIT");

        assertThat(log())
                .containsExactly(
                        "1 personas " + id + " 1 create",
                        "2 personas " + other + " 1 create",
                        "3 personas " + id + " 2 update",
                        "4 personas y 1 create",
                        "5 personas " + id + " 3 update",
                        "6 personas y 2 delete");
        assertThat(by.document(StoreContract.PERSONAS, id).revision()).isEqualTo(5);
        assertThat(column(hand, "SELECT count(*) FROM unstamped")).containsExactly("0");
    }

    @Test
    void transaction_rolledBackInPartOrWhole_leavesNothing() throws SQLException {
        String id = by.createPersona("Ophelia");
        var before = store.find(StoreContract.PERSONAS, id);

        run(hand, "BEGIN; " + RENAME.formatted("Gertrude"));
        var meanwhile = store.find(StoreContract.PERSONAS, id);
        run(hand, "ROLLBACK");
        run(hand, "BEGIN; SAVEPOINT s; " + RENAME.formatted("Gertrude") + "; ROLLBACK TO s; COMMIT");

        assertThat(meanwhile.asOf()).isEqualTo(before.asOf());
        assertThat(store.find(StoreContract.PERSONAS, id).document().json())
                .isEqualTo(before.document().json());
        assertThat(revisions()).containsExactly(1L);
    }

    @Test
    void constraintsSetImmediate_numbersAreTakenEarlierAndStillInOrder() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(
                hand,
                "BEGIN; " + RENAME.formatted("a") + "; SET CONSTRAINTS ALL IMMEDIATE; " + RENAME.formatted("b")
                        + "; COMMIT");

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(3);
        assertThat(by.document(StoreContract.PERSONAS, id).revision()).isEqualTo(3);
        assertThat(revisions()).hasSize(3);
    }

    @Test
    void repeatableRead_overtakenByACommit_isRefused() throws SQLException {
        String id = by.createPersona("Ophelia");
        run(hand, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM personas");
        String other = by.createPersona("Hamlet");

        run(hand, RENAME.formatted("Gertrude") + " WHERE id = '" + id + "'");

        assertThatThrownBy(() -> run(hand, "COMMIT")).hasMessageContaining("could not serialize");
        assertThat(by.document(StoreContract.PERSONAS, other).revision()).isEqualTo(2);
        assertThat(revisions()).hasSize(2);
    }

    @Test
    void replicaRole_triggersRunAllTheSame() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(hand, "SET session_replication_role = replica; " + RENAME.formatted("Gertrude"));

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(2);
        assertThat(revisions()).hasSize(2);
    }

    @Test
    void insert_row_isADocumentOfVersionOne() throws SQLException {
        run(
                hand,
                "INSERT INTO personas (id, document) VALUES ('by-hand', ' { \"name\": \"Yorick\", \"tags\": [\"skull\"] } ')");

        var json = by.json(StoreContract.PERSONAS, "by-hand");
        assertThat(json.get("id").stringValue()).isEqualTo("by-hand");
        assertThat(json.get("version").longValue()).isEqualTo(1);
        assertThat(json.get("revision").longValue()).isEqualTo(1);
        assertThat(json.get("updated_at").stringValue()).endsWith("Z");
        assertThat(tagged("skull")).containsExactly("by-hand");
        assertThat(log()).containsExactly("1 personas by-hand 1 create");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE FROM personas", "TRUNCATE personas", "TRUNCATE users CASCADE"})
    void removal_ofAllRows_isLogged(String sql) throws SQLException {
        String first = by.createPersona("Ophelia");
        String second = by.createPersona("Hamlet");

        run(hand, sql);

        assertThat(store.find(StoreContract.PERSONAS, first).document()).isNull();
        assertThat(by.all(StoreContract.PERSONAS, new Query(10, null, null, null, null)))
                .isEmpty();
        assertThat(log()).endsWith("3 personas " + first + " 2 delete", "4 personas " + second + " 2 delete");
    }

    @Test
    void insert_afterRemoval_goesOnBehindTheLastVersion() throws SQLException {
        var versions = new ArrayList<Long>();
        for (String removal :
                List.of("DELETE FROM personas WHERE id = 'y'", "TRUNCATE personas", "DELETE FROM personas")) {
            run(hand, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
            versions.add(by.document(StoreContract.PERSONAS, "y").version());
            run(hand, RENAME.formatted("Alas"));
            versions.add(by.document(StoreContract.PERSONAS, "y").version());
            run(hand, removal);
        }

        assertThat(versions).doesNotHaveDuplicates().isSorted();
        assertThat(column(hand, "SELECT version FROM changes WHERE id = 'y' ORDER BY revision"))
                .doesNotHaveDuplicates()
                .hasSize(9);
    }

    @Test
    void insert_whileTheSameIdIsBeingRemoved_usesNoVersionTwice() throws Exception {
        run(hand, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
        try (var other = PostgresServer.psql(url)) {
            run(hand, "BEGIN; DELETE FROM personas");
            var insert = CompletableFuture.runAsync(() -> {
                try {
                    run(other, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitALockToBeWaitedFor();
            run(hand, "COMMIT");
            insert.get(30, TimeUnit.SECONDS);
        }

        assertThat(log()).containsExactly("1 personas y 1 create", "2 personas y 2 delete", "3 personas y 3 create");
    }

    @Test
    void upsert_row_isAnUpdate() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(
                hand,
                "INSERT INTO personas (id, document) VALUES ('" + id
                        + "', '{\"name\":\"Gertrude\"}'), ('new', '{\"name\":\"x\"}')"
                        + " ON CONFLICT (id) DO UPDATE SET document = excluded.document");

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(2);
        assertThat(by.json(StoreContract.PERSONAS, id).get("name").stringValue())
                .isEqualTo("Gertrude");
        assertThat(log())
                .hasSize(3)
                .contains("1 personas " + id + " 1 create")
                .anyMatch(line -> line.endsWith(" personas " + id + " 2 update"))
                .anyMatch(line -> line.endsWith(" personas new 1 create"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE personas SET id = 'other'",
                "UPDATE personas SET version = 9",
                "UPDATE personas SET version = version + 1",
                "UPDATE personas SET revision = 9",
                "UPDATE personas SET created_at = '\"'",
                "UPDATE personas SET document = 'no JSON'",
                "UPDATE personas SET document = '[\"name\"]'",
                "UPDATE personas SET document = (document::jsonb - 'name')::json",
                "UPDATE personas SET document = '{\"name\":\"x\",\"owner_id\":\"nobody\"}'",
                "INSERT INTO personas (id, document) VALUES ('a b', '{\"name\":\"x\"}')",
                "INSERT INTO personas (document) VALUES ('{\"name\":\"without an id\"}')"
            })
    void statement_thatWouldBreakADocument_isRefused(String sql) throws SQLException {
        String id = by.createPersona("Ophelia");
        byte[] before = by.document(StoreContract.PERSONAS, id).json();

        assertThatThrownBy(() -> run(hand, sql)).isInstanceOf(SQLException.class);

        assertThat(by.document(StoreContract.PERSONAS, id).json()).isEqualTo(before);
        assertThat(revisions()).containsExactly(1L);
    }

    @Test
    void update_versionBesideOrInsideTheDocument_isSetRight() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(
                hand,
                "UPDATE personas SET version = 40, revision = 40, document = '{\"name\":\"x\",\"version\":50,\"id\":\"x\"}'");

        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(2);
        assertThat(by.document(StoreContract.PERSONAS, id).revision()).isEqualTo(2);
        assertThat(by.json(StoreContract.PERSONAS, id).get("version").longValue())
                .isEqualTo(2);
        assertThat(by.json(StoreContract.PERSONAS, id).get("id").stringValue()).isEqualTo(id);
    }

    @Test
    void tags_changedByHand_areListedRightAfter() throws SQLException {
        String id = by.newId();
        by.create(StoreContract.PERSONAS, id, Map.of("name", "Ophelia", "tags", List.of("a", "b")));

        run(hand, "UPDATE personas SET document = jsonb_set(document::jsonb, '{tags}', '[\"b\",\"c\",7]')");
        assertThat(List.of(tagged("a"), tagged("b"), tagged("c"))).containsExactly(List.of(), List.of(id), List.of(id));

        run(hand, "UPDATE personas SET document = (document::jsonb - 'tags')::json");
        assertThat(List.of(tagged("b"), tagged("c"))).containsOnly(List.of());
    }

    @Test
    void log_ofEditsAndStatements_isGaplessAndTellsWhatHappened() throws SQLException {
        String user = by.createUser("ophelia", null);
        String persona = by.createPersona("Ophelia");
        run(hand, "UPDATE users SET document = jsonb_set(document::jsonb, '{bio}', '\"x\"')");
        by.change(StoreContract.PERSONAS, persona, by.put("name", "Gertrude"));
        by.change(StoreContract.PERSONAS, persona, current -> new Rule.Keep());
        run(hand, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"Yorick\"}')");
        run(hand, "DELETE FROM personas WHERE id = 'y'");

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
        assertThat(store.changesAfter(3, 2).changes())
                .extracting(change -> change.revision() + " " + change.operation())
                .containsExactly("4 update", "5 create");
    }

    /// Two people with open transactions, two machines, and a follower that keeps a picture of the versions.
    @Test
    void statementsBesideEdits_noneIsLostAndAFollowerSeesThemInOrder() throws Exception {
        String id = by.createPersona("Ophelia");
        var others = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            others.add(by.createPersona("Guest " + i));
        }
        int rounds = 40;
        var writing = new AtomicInteger(4);
        try (var second = PostgresServer.open(url)) {
            by.inParallel(5, member -> {
                if (member == 4) {
                    follow(writing);
                    return null;
                }
                try (var own = PostgresServer.psql(url)) {
                    for (int round = 0; round < rounds; round++) {
                        if (member < 2) {
                            var machine = new By(member == 0 ? store : second);
                            machine.committed(machine.change(
                                    StoreContract.PERSONAS, id, machine.put("edit_" + member + "_" + round, 1)));
                        } else {
                            run(
                                    own,
                                    "BEGIN; " + RENAME.formatted("x") + " WHERE id = '"
                                            + others.get(round % others.size()) + "'");
                            run(
                                    own,
                                    "UPDATE personas SET document = jsonb_set(document::jsonb, '{hand_" + member + "_"
                                            + round + "}', '1') WHERE id = '" + id + "'; COMMIT");
                        }
                    }
                } finally {
                    writing.decrementAndGet();
                }
                return null;
            });
        }

        var json = by.json(StoreContract.PERSONAS, id);
        for (int round = 0; round < rounds; round++) {
            for (String name : List.of("edit_0_", "edit_1_", "hand_2_", "hand_3_")) {
                assertThat(json.has(name + round)).isTrue();
            }
        }
        assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(1 + 4 * rounds);
        assertThat(revisions()).hasSize(5 + 6 * rounds);
        assertThat(column(
                        hand,
                        "SELECT d.id FROM personas d WHERE NOT EXISTS (SELECT FROM changes c"
                                + " WHERE c.id = d.id AND c.version = d.version AND c.revision = d.revision)"))
                .isEmpty();
    }

    /// Reads what comes after what it has; each answer must go on exactly there, up to its own head.
    private void follow(AtomicInteger writing) {
        long applied = 0;
        boolean last;
        do {
            last = writing.get() == 0;
            var changes = store.changesAfter(applied, 100_000);
            for (var change : changes.changes()) {
                assertThat(change.revision()).isEqualTo(applied + 1);
                applied = change.revision();
            }
            assertThat(applied).isEqualTo(changes.head().revision());
        } while (!last);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE log_head SET seq = 0", "UPDATE log_head SET incarnation = 'another'"})
    void history_anotherOne_nothingIsReadOrAcknowledgedAnyMore(String sql) throws SQLException {
        String id = by.createPersona("Ophelia");

        run(hand, sql);

        assertThat(by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude")))
                .isNotInstanceOf(Committed.class);
        assertThatThrownBy(() -> store.find(StoreContract.PERSONAS, id)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> store.list(StoreContract.PERSONAS, new Query(10, null, null, null, null)))
                .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> store.changesAfter(1, 10)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(store::checkReady).isInstanceOf(StoreUnavailableException.class);
        assertThat(store.isLost()).isTrue();
        assertThat(column(hand, "SELECT count(*) FROM changes")).containsExactly("1");
    }

    @Test
    void history_ofRowsByHand_hasTheirDocumentsAndChangedMembersAndNoActor() throws SQLException {
        run(
                hand,
                "INSERT INTO personas (id, document) VALUES ('y', ' {\"name\" : \"Yorick\", \"age\": 3, \"a b\": [1]} ')");
        var served = new ArrayList<>(List.of(by.document(StoreContract.PERSONAS, "y")));
        for (String document : List.of(
                "jsonb_set(document::jsonb, '{name}', '\"Alas\"') - 'a b' || '{\"age\": 3.0, \"new\": {\"x\": null}}'",
                "document",
                "'{\"name\": \"Poor Yorick\"}'")) {
            run(hand, "UPDATE personas SET document = " + document);
            served.add(by.document(StoreContract.PERSONAS, "y"));
        }
        run(hand, "UPDATE personas SET created_at = '2000-01-01T00:00:00.000Z'");
        served.add(by.document(StoreContract.PERSONAS, "y"));
        run(hand, "DELETE FROM personas");

        var versions = store.history(StoreContract.PERSONAS, "y", Long.MAX_VALUE, 10)
                .versions()
                .reversed();
        assertThat(versions)
                .extracting(Version::version, Version::operation, Version::fields)
                .containsExactly(
                        tuple(1L, "create", List.of()),
                        tuple(2L, "update", List.of("a b", "name", "new")),
                        tuple(3L, "update", List.of()),
                        tuple(4L, "update", List.of("age", "name", "new")),
                        tuple(5L, "update", List.of()),
                        tuple(6L, "delete", List.of()));
        assertThat(versions).allSatisfy(version -> {
            assertThat(version.actor()).isEmpty();
            assertThat(version.message()).isEmpty();
            assertThat(version.at()).endsWith("Z");
        });
        for (var then : served) {
            var found = store.findVersion(StoreContract.PERSONAS, "y", then.version());
            assertThat(found.version().document().json()).isEqualTo(then.json());
        }
        assertThat(store.findVersion(StoreContract.PERSONAS, "y", 6).version().document())
                .isNull();
    }

    @Test
    void history_ofARowChangedSeveralTimesInATransaction_hasEachState() throws SQLException {
        String id = by.createPersona("Ophelia");

        run(hand, "BEGIN; " + RENAME.formatted("a") + "; " + RENAME.formatted("b") + "; COMMIT");

        for (String name : List.of("Ophelia", "a", "b")) {
            long version = 1L + List.of("Ophelia", "a", "b").indexOf(name);
            var document = store.findVersion(StoreContract.PERSONAS, id, version)
                    .version()
                    .document();
            assertThat(StoreContract.JSON.readTree(document.json()).get("name").stringValue())
                    .isEqualTo(name);
            assertThat(document.revision()).isEqualTo(version);
        }
        assertThat(column(hand, "SELECT count(*) FROM unstamped_changes")).containsExactly("0");
    }

    @Test
    void history_ofAnEditBehindAHand_hasTheActorOfTheEditAlone() throws SQLException {
        String id = by.newId();
        by.committed(store.commit(by.edit(by.from("mia", "why"), by.creation(StoreContract.PERSONAS, id, "Ophelia"))));

        run(hand, RENAME.formatted("Gertrude"));

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
                "UPDATE changes SET actor = 'x'",
                "SET session_replication_role = replica; UPDATE changes SET id = 'x'"
            })
    void history_cannotBeRewritten(String sql) throws SQLException {
        String id = by.createPersona("Ophelia");

        assertThatThrownBy(() -> run(hand, sql)).hasMessageContaining("a change stays as it was");

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

        run(hand, "UPDATE changes SET document = NULL WHERE version = 1");

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
        run(
                hand,
                "INSERT INTO labels (id, document) VALUES ('" + id + "~production', '{\"persona_id\":\"" + id
                        + "\",\"target\":1}')");

        by.committed(store.commit(Edit.of(by.label(id + "~production", id, 2, any -> true, null))));
        run(hand, "UPDATE labels SET document = jsonb_set(document::jsonb, '{target}', '1')");

        assertThat(by.all(StoreContract.LABELS, new Query(10, null, null, id, null)))
                .containsExactly(id + "~production");
        assertThat(by.document(StoreContract.LABELS, id + "~production").version())
                .isEqualTo(3);
        assertThat(by.document(StoreContract.LABELS, id + "~production").revision())
                .isEqualTo(4);
        assertThat(column(hand, "SELECT target FROM labels")).containsExactly("1");
        assertThat(store.history(StoreContract.LABELS, id + "~production", Long.MAX_VALUE, 10)
                        .versions()
                        .getFirst()
                        .fields())
                .containsExactly("target");
        assertThatThrownBy(() -> run(hand, "UPDATE labels SET document = '{\"target\":1}'"))
                .isInstanceOf(SQLException.class);
        run(hand, "TRUNCATE labels");
        assertThat(log()).endsWith("5 labels " + id + "~production 4 delete");
    }

    @Test
    void save_ofAnIdThatCameAndWentMeanwhile_usesNoVersionTwice() throws Exception {
        var held = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        var times = new AtomicInteger();
        var save = CompletableFuture.supplyAsync(() -> store.commit(Edit.of(new Step.Save(
                StoreContract.PERSONAS,
                "y",
                current -> {
                    if (times.incrementAndGet() == 1) {
                        held.countDown();
                        await(done);
                    }
                    return true;
                },
                by.bytes(Map.of("name", "Yorick")),
                null))));
        await(held);

        run(hand, "INSERT INTO personas (id, document) VALUES ('y', '{\"name\":\"x\"}'); DELETE FROM personas");
        done.countDown();

        assertThat(by.committed(save.get(30, TimeUnit.SECONDS))
                        .written()
                        .getFirst()
                        .document()
                        .version())
                .isEqualTo(3);
        assertThat(log()).containsExactly("1 personas y 1 create", "2 personas y 2 delete", "3 personas y 3 create");
    }

    /// For less long than the server lets a transaction idle.
    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void version_thatSomebodyNeeds_isNotErasedBeforeTheyAreDone() throws SQLException {
        String id = by.createPersona("Ophelia");
        run(hand, "BEGIN; UPDATE changes SET document = NULL");
        var saving = CompletableFuture.supplyAsync(
                () -> store.commit(Edit.of(by.label(id + "~production", id, 1, any -> true, by.needed(id, 1)))));
        try {
            awaitALockToBeWaitedFor();
            run(hand, "COMMIT");
            assertThat(saving.get(30, TimeUnit.SECONDS)).isInstanceOf(Refused.class);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void receipt_oldOne_isForgottenAndAYoungOneKept() throws SQLException {
        run(
                hand,
                "INSERT INTO receipts VALUES ('old', 'f', to_char((now() - interval '25 hours') AT TIME ZONE 'UTC',"
                        + " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), ''), ('young', 'f',"
                        + " to_char((now() - interval '23 hours') AT TIME ZONE 'UTC',"
                        + " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), '')");

        run(hand, PostgresReceipts.FORGET);

        assertThat(column(hand, "SELECT key FROM receipts")).containsExactly("young");
    }

    private void awaitALockToBeWaitedFor() throws Exception {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(30))
                .until(() -> {
                    try (var watching = PostgresServer.psql(url)) {
                        return !column(watching, "SELECT 1 FROM pg_locks WHERE NOT granted")
                                .isEmpty();
                    }
                });
    }

    private List<String> tagged(String tag) {
        return by.all(StoreContract.PERSONAS, new Query(10, null, null, null, tag));
    }

    private List<String> log() throws SQLException {
        return column(
                hand,
                "SELECT concat_ws(' ', revision, collection, id, version, operation) FROM changes ORDER BY revision");
    }

    /// The revisions of the log, which has no gap.
    private List<Long> revisions() throws SQLException {
        var revisions = column(hand, "SELECT revision FROM changes ORDER BY revision").stream()
                .map(Long::valueOf)
                .toList();
        for (int i = 0; i < revisions.size(); i++) {
            assertThat(revisions.get(i)).isEqualTo(i + 1);
        }
        return revisions;
    }

    @Test
    void search_rowsByHand_areFoundByTheirWordsAtOnce() throws SQLException {
        String id = by.createPersona(Map.of("name", "Ophelia", "greeting", "old words"));

        run(hand, "INSERT INTO personas (id, document) VALUES ('h', '{\"name\":\"Hamlet\",\"tags\":[\"raven\", 1]}')");
        run(
                hand,
                "UPDATE personas SET document = jsonb_set(document::jsonb, '{greeting}', '\"new words\"') WHERE id = '"
                        + id + "'");
        assertThat(by.found("raven")).containsExactly("h");
        assertThat(by.found("old")).isEmpty();
        assertThat(by.found("new words")).containsExactly(id);

        run(hand, "SET session_replication_role = replica");
        run(hand, RENAME.formatted("Gertrude"));
        assertThat(by.found("gertrude")).containsExactly("h", id);
        assertThat(by.found("ophelia")).isEmpty();

        run(hand, "DELETE FROM personas WHERE id = 'h'");
        assertThat(by.found("gertrude")).containsExactly(id);
    }

    @Test
    void search_otherMemberChanged_leavesTheIndexAlone() throws SQLException {
        String id = by.createPersona("Ophelia");
        String words = "SELECT words FROM personas WHERE id = '" + id + "'";
        run(hand, "UPDATE personas SET words = 'marked' WHERE id = '" + id + "'");

        by.change(StoreContract.PERSONAS, id, by.put("creator_notes", "a note"));
        run(hand, "UPDATE personas SET document = jsonb_set(document::jsonb, '{attributes}', '{\"a\": 1}')");
        assertThat(column(hand, words)).containsExactly("'marked'");

        by.change(StoreContract.PERSONAS, id, by.put("greeting", "a greeting"));
        assertThat(column(hand, words)).containsExactly("'a':3 'greeting':4 'ophelia':1A");
    }

    /// PostgreSQL cannot index more than a megabyte of words; that must not keep anybody from writing them.
    @Test
    void search_moreWordsThanCanBeIndexed_areWrittenAndFoundByTheFirst() {
        var text = new StringBuilder("raven");
        for (int i = 0; i < 200_000; i++) {
            text.append(' ').append(Integer.toString(i + 1_000_000, 36));
        }

        String id = by.createPersona(Map.of("name", "Ophelia", "personality", text.toString()));

        assertThat(by.found("raven")).containsExactly(id);
        assertThat(by.found("ophelia")).containsExactly(id);
        assertThat(by.json(StoreContract.PERSONAS, id).get("personality").stringValue())
                .hasSize(text.length());
    }
}
