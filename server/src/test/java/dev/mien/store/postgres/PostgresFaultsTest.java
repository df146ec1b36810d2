package dev.mien.store.postgres;

import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.NotApplied;
import dev.mien.store.Outcome.Unknown;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several machines on one database, and what may happen to them and to it.
@Timeout(120)
class PostgresFaultsTest {
    private record By(Store store) implements StoreContract {}

    private String url;
    private PostgresStore store;
    private PostgresStore second;
    private By by;

    @BeforeEach
    void open() {
        url = PostgresServer.newDatabase();
        store = PostgresServer.open(url);
        second = PostgresServer.open(url);
        by = new By(store);
    }

    @AfterEach
    void close() {
        store.close();
        second.close();
    }

    @Test
    void twoMachines_patchingDifferentMembersOfTheSameDocuments_loseNothing() throws Exception {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            ids.add(by.createPersona("Guest " + i));
        }
        int rounds = 60;

        by.inParallel(12, member -> {
            var machine = new By(member % 2 == 0 ? store : second);
            for (int round = 0; round < rounds; round++) {
                // Each takes the documents in another order, so that batches cross.
                String id = ids.get((round * (1 + member % 5) + member) % ids.size());
                machine.committed(
                        machine.change(StoreContract.PERSONAS, id, machine.put("m_" + member + "_" + round, 1)));
            }
            return null;
        });

        for (int member = 0; member < 12; member++) {
            for (int round = 0; round < rounds; round++) {
                String id = ids.get((round * (1 + member % 5) + member) % ids.size());
                assertThat(by.json(StoreContract.PERSONAS, id).has("m_" + member + "_" + round))
                        .isTrue();
            }
        }
        assertThat(ids.stream()
                        .mapToLong(id -> by.document(StoreContract.PERSONAS, id).version())
                        .sum())
                .isEqualTo(ids.size() + 12 * rounds);
    }

    @Test
    void twoMachines_takingTheSameNames_oneHasEach() throws Exception {
        var outcomes = by.inParallel(8, member -> {
            var machine = new By(member % 2 == 0 ? store : second);
            var own = new ArrayList<Outcome>();
            for (int round = 0; round < 20; round++) {
                own.add(machine.create(StoreContract.USERS, machine.newId(), Map.of("username", "name_" + round)));
            }
            return own;
        });

        assertThat(outcomes.stream().flatMap(own -> own.stream()))
                .hasSize(160)
                .allMatch(outcome -> outcome instanceof Committed || outcome instanceof Outcome.Taken)
                .filteredOn(Committed.class::isInstance)
                .hasSize(20);
    }

    @Test
    void read_onAnotherMachine_seesWhatWasAcknowledgedOnThisOne() {
        String id = by.createPersona("Ophelia");

        for (int round = 0; round < 200; round++) {
            var here = round % 2 == 0 ? store : second;
            var there = round % 2 == 0 ? second : store;
            var committed = by.committed(new By(here).change(StoreContract.PERSONAS, id, by.put("round", round)));
            var found = there.find(StoreContract.PERSONAS, id);
            assertThat(found.document().json())
                    .isEqualTo(committed.written().getFirst().document().json());
            assertThat(found.asOf()).isEqualTo(committed.asOf());
        }
    }

    /// Whatever an edit was told is true of the store afterwards.
    @Test
    void sessions_terminatedAllTheTime_everyAnswerIsTrue() throws Exception {
        String id = by.createPersona("Ophelia");
        Set<String> committed = ConcurrentHashMap.newKeySet();
        Set<String> notApplied = ConcurrentHashMap.newKeySet();
        var working = new AtomicInteger(4);

        by.inParallel(5, member -> {
            if (member == 4) {
                terminateSessionsUntil(working);
                return null;
            }
            var machine = new By(member % 2 == 0 ? store : second);
            try {
                for (int round = 0; round < 150; round++) {
                    String name = "m_" + member + "_" + round;
                    switch (machine.change(StoreContract.PERSONAS, id, machine.put(name, 1))) {
                        case Committed fine -> committed.add(name);
                        case NotApplied no -> notApplied.add(name);
                        case Unknown maybe -> {}
                        case Outcome other -> throw new AssertionError(other);
                    }
                }
            } finally {
                working.decrementAndGet();
            }
            return null;
        });

        var json = by.json(StoreContract.PERSONAS, id);
        assertThat(committed).isNotEmpty().allMatch(json::has);
        assertThat(notApplied).noneMatch(json::has);
        try (var hand = PostgresServer.psql(url)) {
            assertThat(column(hand, "SELECT max(revision) - count(*) FROM changes"))
                    .containsExactly("0");
        }
    }

    private void terminateSessionsUntil(AtomicInteger working) throws Exception {
        try (var hand = PostgresServer.psql(url)) {
            while (working.get() > 0) {
                run(
                        hand,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mien'"
                                + " AND datname = current_database() AND random() < 0.5");
                Thread.sleep(15);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1 FROM personas FOR UPDATE", "SELECT 1 FROM log_head FOR UPDATE"})
    void writer_stoppedWithALock_delaysOthersUntilTheServerEndsItsSession(String locking) throws SQLException {
        String id = by.createPersona("Ophelia");
        try (Connection stopped = new Primary(url, PostgresServer.CONFIG, false).open(Primary.Use.WRITE)) {
            stopped.setAutoCommit(false);
            run(stopped, locking);

            var outcome = by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude"));

            assertThat(outcome).isInstanceOf(Committed.class);
            assertThatThrownBy(() -> run(stopped, "SELECT 1")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void row_lockedByHandForLong_hindersOnlyEditsOfIt() throws Exception {
        String held = by.createPersona("Held");
        String free = by.createPersona("Free");
        try (var hand = PostgresServer.psql(url)) {
            run(hand, "BEGIN; SELECT 1 FROM personas WHERE id = '" + held + "' FOR UPDATE");

            var outcomes = by.inParallel(
                    8,
                    member -> by.change(StoreContract.PERSONAS, member == 0 ? held : free, by.put("m_" + member, 1)));

            assertThat(outcomes.getFirst()).isInstanceOf(NotApplied.class);
            assertThat(outcomes.subList(1, 8)).allMatch(Committed.class::isInstance);
            run(hand, "ROLLBACK");
        }
        assertThat(by.change(StoreContract.PERSONAS, held, by.put("name", "x"))).isInstanceOf(Committed.class);
    }

    @Test
    void head_lockedByHandForLong_writesAreCertainlyNotAppliedAndGoOnAfterwards() throws Exception {
        String id = by.createPersona("Ophelia");
        try (var hand = PostgresServer.psql(url)) {
            run(hand, "BEGIN; UPDATE log_head SET seq = seq");

            assertThat(by.change(StoreContract.PERSONAS, id, by.put("name", "Gertrude")))
                    .isInstanceOf(NotApplied.class);

            assertThat(by.document(StoreContract.PERSONAS, id).version()).isEqualTo(1);
            run(hand, "ROLLBACK");
        }
        assertThat(by.change(StoreContract.PERSONAS, id, by.put("name", "x"))).isInstanceOf(Committed.class);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(store::checkReady);
    }

    @Test
    void commit_answerLost_isUnknownAndCutBeforeItIsTriedAgain() throws Exception {
        var address = URI.create(url.substring("jdbc:".length()));
        String database = address.getPath().substring(1);
        try (var proxy = new CuttingProxy(address.getPort());
                var behind = PostgresServer.open(proxy.url(database))) {
            var machine = new By(behind);
            String id = machine.createPersona("Ophelia");

            proxy.cutNextCommit(CuttingProxy.Cut.BEFORE_ITS_ANSWER);
            assertThat(machine.change(StoreContract.PERSONAS, id, machine.put("name", "Gertrude")))
                    .isInstanceOf(Unknown.class);
            proxy.cutNextCommit(CuttingProxy.Cut.BEFORE_THE_COMMIT);
            assertThat(machine.change(StoreContract.PERSONAS, id, machine.put("scenario", "x")))
                    .isInstanceOf(Committed.class);

            assertThat(machine.document(StoreContract.PERSONAS, id).version()).isEqualTo(3);
        }
    }

    @Test
    void changesAfter_anotherSession_isAnotherTimeline() throws SQLException {
        by.createPersona("Ophelia");
        var first = store.changesAfter(0, 10);
        var next = store.changesAfter(1, 10);
        try (var hand = PostgresServer.psql(url)) {
            run(
                    hand,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'mien'"
                            + " AND datname = current_database()");
        }

        assertThatThrownBy(() -> store.changesAfter(1, 10)).isInstanceOf(StoreUnavailableException.class);
        var afterwards = store.changesAfter(1, 10);

        assertThat(next.timeline()).isEqualTo(first.timeline());
        assertThat(afterwards.timeline()).isNotEqualTo(first.timeline());
        assertThat(first.changes()).hasSize(1);
        assertThat(next.changes()).isEmpty();
        assertThat(afterwards.head()).isEqualTo(first.head());
    }

    @Test
    void migrate_byManyAtOnce_happensOnce() throws Exception {
        String empty = PostgresServer.newEmptyDatabase();

        by.inParallel(4, member -> {
            PostgresMigrations.migrate(empty, PostgresServer.CONFIG);
            return null;
        });

        try (var hand = PostgresServer.psql(empty)) {
            assertThat(column(
                            hand,
                            "SELECT version FROM schema_history WHERE version IS NOT NULL ORDER BY installed_rank"))
                    .containsExactly("1", "2", "3", "4", "5");
            assertThat(column(hand, "SELECT count(*) FROM log_head")).containsExactly("1");
        }
    }

    @Test
    void open_databaseThatIsNotMigrated_saysSo() {
        String empty = PostgresServer.newEmptyDatabase();

        assertThatThrownBy(() -> PostgresServer.open(empty))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("schema is version 0");
    }

    @Nested
    class Server {
        @TempDir
        Path data;

        @Test
        void crashed_nothingAcknowledgedIsLost_andItGoesOnWhenItIsBack() throws Exception {
            try (var server = new OwnServer(data.resolve("pg"))) {
                PostgresMigrations.migrate(server.url(), PostgresServer.CONFIG);
                try (var own = PostgresServer.open(server.url())) {
                    var machine = new By(own);
                    String id = machine.createPersona("Ophelia");
                    machine.change(StoreContract.PERSONAS, id, machine.put("name", "Gertrude"));

                    server.crash();

                    assertThatThrownBy(() -> own.find(StoreContract.PERSONAS, id))
                            .isInstanceOf(StoreUnavailableException.class);
                    assertThatThrownBy(() -> own.changesAfter(0, 10)).isInstanceOf(StoreUnavailableException.class);
                    assertThat(machine.change(StoreContract.PERSONAS, id, machine.put("name", "x")))
                            .isInstanceOf(NotApplied.class);
                    assertThatThrownBy(own::checkReady).isInstanceOf(StoreUnavailableException.class);

                    server.start();

                    await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(own::checkReady);
                    assertThat(machine.json(StoreContract.PERSONAS, id)
                                    .get("name")
                                    .stringValue())
                            .isEqualTo("Gertrude");
                    assertThat(machine.change(StoreContract.PERSONAS, id, machine.put("name", "x")))
                            .isInstanceOf(Committed.class);
                }
                server.stop();
                server.becomeStandby();
                server.start();

                assertThatThrownBy(() -> PostgresServer.open(server.url()))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("primary");
            }
        }
    }
}
