package dev.mien.store.postgres;

import static dev.mien.store.StoreContract.PERSONAS;
import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.cache.CacheConfig;
import dev.mien.cache.CoherentStore;
import dev.mien.store.OtherHistoryException;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.Conflict;
import dev.mien.store.Outcome.NotApplied;
import dev.mien.store.Outcome.NotFound;
import dev.mien.store.Outcome.Unknown;
import dev.mien.store.PostgresConfig;
import dev.mien.store.Query;
import dev.mien.store.ReadMode.AtLeast;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A primary, its standby, and what the store makes of it when the standby takes over.
@Timeout(180)
class FailoverTest {
    private static final Query ALL = new Query(10, null, null, null, null);
    private static final CacheConfig CACHE = new CacheConfig(true, 1 << 20, 1_000, Duration.ofSeconds(30), 0);
    private static final PostgresConfig FENCED = new PostgresConfig("", "", 4, true);

    /// Of a server that was stopped once it had the schema.
    @TempDir
    static Path original;

    @TempDir
    Path directory;

    private OwnServer primary;
    private OwnServer standby;

    private record By(Store store) implements StoreContract {
        String name(String id) {
            return json(PERSONAS, id).get("name").stringValue();
        }

        Committed rename(String id, String name) {
            return committed(change(PERSONAS, id, put("name", name)));
        }
    }

    @BeforeAll
    static void migrate() throws Exception {
        try (var server = new OwnServer(original.resolve("data"))) {
            PostgresMigrations.migrate(server.url(), PostgresServer.CONFIG);
            server.stop();
        }
    }

    @BeforeEach
    void start() throws Exception {
        var data = original.resolve("data");
        OwnServer.copy(data, directory.resolve("first"));
        primary = new OwnServer(directory.resolve("first"));
        standby = primary.startStandby(data, directory.resolve("second"));
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        ask(primary, "SELECT state FROM pg_stat_replication").equals("streaming"));
    }

    @AfterEach
    void close() throws Exception {
        standby.close();
        primary.close();
    }

    // What is done to the servers.

    private static String ask(OwnServer server, String sql) throws SQLException {
        try (var hand = PostgresServer.psql(server.url())) {
            return String.join(" ", column(hand, sql));
        }
    }

    private static void tell(OwnServer server, String... statements) throws SQLException {
        try (var hand = PostgresServer.psql(server.url())) {
            for (String sql : statements) {
                run(hand, sql);
            }
        }
    }

    private void makeSynchronous() throws SQLException {
        tell(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ask(primary, "SELECT sync_state FROM pg_stat_replication")
                        .equals("sync"));
    }

    /// From now on the standby gets nothing more.
    private void cutStandbyOff() throws SQLException {
        tell(standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ask(primary, "SELECT pid FROM pg_stat_replication").isEmpty());
    }

    private void promote() throws SQLException {
        assertThat(ask(standby, "SELECT pg_promote(true, 60)")).isEqualTo("t");
    }

    // Workers.

    /// The address of both servers. Whichever stands first is asked first.
    private static String url(OwnServer... servers) {
        var url = new StringBuilder("jdbc:postgresql://");
        for (var server : servers) {
            url.append(url.charAt(url.length() - 1) == '/' ? "" : ",")
                    .append("localhost:")
                    .append(server.port());
        }
        return url.append("/postgres?user=postgres").toString();
    }

    private static PostgresStore open(PostgresConfig config, OwnServer... servers) {
        return new PostgresStore(url(servers), config, PostgresServer.COMMIT, false);
    }

    private static Store cached(PostgresStore store) {
        return new CoherentStore(store, store, CACHE);
    }

    private static void awaitEndOf(Store store, String id) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            assertThatThrownBy(() -> store.find(PERSONAS, id)).isInstanceOf(StoreUnavailableException.class);
            return store.isLost();
        });
    }

    @Test
    void promotedWithAllThatWasAcknowledged_nothingIsLostAndANewStartGoesOn() throws Exception {
        makeSynchronous();
        try (var before = cached(open(PostgresServer.CONFIG, primary, standby))) {
            var old = new By(before);
            String id = old.createPersona("Ophelia");
            var last = old.rename(id, "Gertrude");
            assertThat(old.name(id)).isEqualTo("Gertrude");

            primary.crash();
            promote();

            awaitEndOf(before, id);
            assertThat(old.change(PERSONAS, id, old.put("name", "x"))).isInstanceOf(NotApplied.class);
            try (var after = cached(open(PostgresServer.CONFIG, primary, standby))) {
                var worker = new By(after);
                assertThat(worker.name(id)).isEqualTo("Gertrude");
                var next = worker.rename(id, "Horatio");
                assertThat(next.asOf().revision()).isEqualTo(last.asOf().revision() + 1);
                assertThat(worker.name(id)).isEqualTo("Horatio");
                assertThatThrownBy(() -> after.find(PERSONAS, id, new AtLeast(last.asOf())))
                        .isInstanceOf(OtherHistoryException.class);
            }
        }
    }

    /// The new primary uses the revisions and versions of what was lost for other changes.
    @Test
    void promotedWithoutTheLastWrites_nobodyTakesOtherChangesForThem() throws Exception {
        try (var before = cached(open(PostgresServer.CONFIG, primary, standby))) {
            var old = new By(before);
            String id = old.createPersona("Ophelia");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ask(standby, "SELECT seq FROM log_head").equals("1"));
            cutStandbyOff();
            var lost = old.rename(id, "Lost");
            assertThat(old.name(id)).isEqualTo("Lost");
            String lostTag = old.document(PERSONAS, id).etag();

            primary.crash();
            promote();
            tell(standby, "UPDATE personas SET document = '{\"name\": \"Kept\"}'");

            awaitEndOf(before, id);
            try (var after = cached(open(PostgresServer.CONFIG, primary, standby))) {
                var worker = new By(after);
                assertThat(worker.name(id)).isEqualTo("Kept");
                assertThat(worker.document(PERSONAS, id).version()).isEqualTo(2);
                assertThat(after.find(PERSONAS, id).asOf().revision())
                        .isEqualTo(lost.asOf().revision());
                assertThatThrownBy(() -> after.find(PERSONAS, id, new AtLeast(lost.asOf())))
                        .isInstanceOf(OtherHistoryException.class);
                assertThat(worker.change(PERSONAS, id, worker.isAt(lostTag), worker.put("name", "x")))
                        .isInstanceOf(Conflict.class);
            }
        }
    }

    /// A session on the old primary, which nobody has ended, beside one on the new one.
    @Test
    void sessionLeftOverFromBeforeAPromotion_doesNotAnswerBesideANewOne() throws Exception {
        try (var store = open(PostgresServer.CONFIG, standby, primary)) {
            String id = new By(store).createPersona("Ophelia");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ask(standby, "SELECT seq FROM log_head").equals("1"));

            promote();
            tell(standby, "UPDATE personas SET document = '{\"name\": \"New\"}'");

            // The first session that follows the log goes to the new primary.
            assertThatThrownBy(() -> store.changesAfter(1, 10)).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.find(PERSONAS, id)).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.isLost()).isTrue();
        }
    }

    @Test
    void promoted_byManyWorkersAtOnce_isNamedOnce() throws Exception {
        String before = ask(primary, "SELECT incarnation FROM log_head");
        primary.crash();
        promote();

        var seen = new By(null).inParallel(8, member -> {
            try (var store = open(PostgresServer.CONFIG, primary, standby)) {
                return store.lastSeen().incarnation();
            }
        });

        assertThat(seen)
                .containsOnly(ask(standby, "SELECT incarnation FROM log_head"))
                .doesNotContain(before);
    }

    @Test
    void promoted_readOnlyWorker_waitsForOneThatMayNameTheHistory() throws Exception {
        primary.crash();
        promote();

        assertThatThrownBy(() -> new PostgresStore(url(standby), PostgresServer.CONFIG, PostgresServer.COMMIT, true))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("promoted");
        open(PostgresServer.CONFIG, standby).close();

        new PostgresStore(url(standby), PostgresServer.CONFIG, PostgresServer.COMMIT, true).close();
    }

    /// What docs/operations.md warns of.
    @Test
    void oldPrimary_leftRunning_answersAsIfNothingHadHappened() throws Exception {
        try (var there = cached(open(PostgresServer.CONFIG, primary))) {
            var old = new By(there);
            String id = old.createPersona("Ophelia");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ask(standby, "SELECT seq FROM log_head").equals("1"));
            promote();
            try (var here = cached(open(PostgresServer.CONFIG, standby))) {
                new By(here).rename(id, "Gertrude");

                assertThat(old.name(id)).isEqualTo("Ophelia");
                old.rename(id, "Horatio");
                assertThat(old.name(id)).isEqualTo("Horatio");
                assertThat(new By(here).name(id)).isEqualTo("Gertrude");
            }
        }
    }

    @Test
    void oldPrimary_leftRunning_withFencedChecks_vouchesForNothing() throws Exception {
        makeSynchronous();
        try (var direct = open(FENCED, primary);
                var there = cached(direct)) {
            var old = new By(there);
            String id = old.createPersona("Ophelia");
            assertThat(old.name(id)).isEqualTo("Ophelia");
            assertThat(there.list(PERSONAS, ALL).documents()).hasSize(1);
            assertThat(old.change(PERSONAS, "nobody", old.put("name", "x"))).isInstanceOf(NotFound.class);

            promote();

            assertRefused(() -> there.find(PERSONAS, id)); // From the cache.
            assertRefused(() -> direct.find(PERSONAS, id));
            assertRefused(() -> direct.list(PERSONAS, ALL));
            assertRefused(() -> direct.findBy(StoreContract.USERS, "username", "hamlet"));
            assertRefused(() -> direct.changesAfter(0, 10));
            assertRefused(there::checkReady);
            assertThat(old.change(PERSONAS, "nobody", old.put("name", "x"))).isInstanceOf(Unknown.class);
            assertThat(direct.isLost()).isFalse();
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("no standby confirms");
    }

    @Test
    void fencedChecks_withoutSynchronousStandbys_doNotStart() {
        assertThatThrownBy(() -> open(FENCED, primary))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("synchronous_standby_names");
    }

    @Test
    void fencedChecks_standbyNamesTakenAway_refuse() throws Exception {
        makeSynchronous();
        // One session, so that it is not a new one that notices.
        try (var store = open(new PostgresConfig("", "", 1, true), primary)) {
            store.find(PERSONAS, "nobody");

            tell(primary, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThatThrownBy(() -> store.find(PERSONAS, "nobody"))
                            .isInstanceOf(StoreUnavailableException.class)
                            .hasMessageContaining("synchronous_standby_names"));
        }
    }

    @Test
    void severalHosts_onlyThePrimaryIsUsed() {
        try (var store = open(PostgresServer.CONFIG, standby, primary)) {
            String id = new By(store).createPersona("Ophelia");

            assertThat(new By(store).name(id)).isEqualTo("Ophelia");
        }
        assertThatThrownBy(() -> open(PostgresServer.CONFIG, standby)).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void severalHosts_firstOneIsSilent_isGivenUpAtOnce() throws Exception {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String url = url(primary).replace("//", "//127.0.0.1:" + silent.getLocalPort() + ",");
            long begun = System.nanoTime();

            try (var session = new Primary(url, PostgresServer.CONFIG, false).open(Primary.Use.MIGRATE)) {
                assertThat(session.isValid(1)).isTrue();
            }

            // The longest statement of the session may take five minutes.
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
        }
    }
}
