package dev.mien.store.postgres;

import static dev.mien.store.StoreContract.PERSONAS;
import static dev.mien.store.StoreContract.USERS;
import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.Mien;
import dev.mien.api.RevisionToken;
import dev.mien.cache.CacheConfig;
import dev.mien.cache.CoherentStore;
import dev.mien.cache.ReplicaStore;
import dev.mien.config.Settings;
import dev.mien.store.Found;
import dev.mien.store.OtherHistoryException;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import dev.mien.store.StoreUnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A worker with a streaming standby. That an answer came from there shows in its being old, or in the primary's being
/// gone.
@Timeout(180)
class PostgresReplicaTest {
    private static final ReadMode STRONG = new ReadMode.Strong();
    private static final ReadMode AN_HOUR = new ReadMode.MaxStale(Duration.ofHours(1));
    private static final Query ALL = new Query(10, null, null, null, null);

    private record By(Store store) implements StoreContract {}

    @TempDir
    static Path prepared;

    @TempDir
    Path directory;

    private OwnServer primary;
    private OwnServer standby;

    @BeforeAll
    static void prepare() throws Exception {
        try (var server = new OwnServer(base())) {
            PostgresMigrations.migrate(server.url(), PostgresServer.CONFIG);
        }
    }

    private static Path base() {
        return prepared.resolve("base");
    }

    @BeforeEach
    void start() throws Exception {
        OwnServer.copy(base(), directory.resolve("primary"));
        primary = new OwnServer(directory.resolve("primary"));
        standby = primary.newStandby(base(), directory.resolve("standby"));
    }

    @AfterEach
    void stop() throws Exception {
        standby.close();
        primary.close();
    }

    @Test
    void primaryIsGone_atLeastIsStillAnswered_andNothingElse() throws Exception {
        try (var store = withReplica(primary, standby.url())) {
            var by = new By(store);
            String id = by.createPersona("Ophelia");
            by.createUser("hamlet", "hamlet@elsinore.example");
            var token = rename(store, id, "Gertrude");
            awaitRevision(standby, token);

            primary.crash();

            assertThat(nameOf(store.find(PERSONAS, id, atLeast(token)))).isEqualTo("Gertrude");
            assertThat(store.findBy(USERS, "username", "hamlet", atLeast(token)).document())
                    .isNotNull();
            assertThat(store.list(PERSONAS, ALL, atLeast(token)).documents()).hasSize(1);
            for (var mode : List.of(STRONG, AN_HOUR, atLeast(after(token)), atLeast(ofAnotherHistory(token)))) {
                assertThatThrownBy(() -> store.find(PERSONAS, id, mode)).isInstanceOf(StoreUnavailableException.class);
                assertThatThrownBy(() -> store.list(PERSONAS, ALL, mode)).isInstanceOf(StoreUnavailableException.class);
            }
        }
    }

    @Test
    void standbyLags_itAnswersForWhatItHasReached_andNothingNewer() throws Exception {
        try (var store = withReplica(primary, standby.url())) {
            String id = new By(store).createPersona("Ophelia");
            var old = rename(store, id, "Gertrude");
            awaitRevision(standby, old);
            ask(standby, "SELECT pg_wal_replay_pause()");
            var newest = rename(store, id, "Hamlet");

            var weak = store.find(PERSONAS, id, atLeast(old));

            assertThat(nameOf(weak)).isEqualTo("Gertrude");
            assertThat(weak.asOf()).isEqualTo(old);
            assertThat(nameOf(store.find(PERSONAS, id, atLeast(newest)))).isEqualTo("Hamlet");
            assertThat(store.list(PERSONAS, ALL, atLeast(newest)).asOf()).isEqualTo(newest);
            assertThat(nameOf(store.find(PERSONAS, id, STRONG))).isEqualTo("Hamlet");
            assertThatThrownBy(() -> store.find(PERSONAS, id, atLeast(after(newest))))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.find(PERSONAS, id, atLeast(ofAnotherHistory(old))))
                    .isInstanceOf(OtherHistoryException.class);
            assertThat(store.lastSeen()).isEqualTo(newest);
            assertThat(store.isLost()).isFalse();
        }
    }

    @Test
    void maxStale_isAnsweredOnceTheStandbyHasWhatACheckSaw() throws Exception {
        try (var store = withCacheAndReplica(primary, standby.url())) {
            var by = new By(store);
            String kept = by.createPersona("Yorick");
            String id = by.createPersona("Ophelia");
            awaitRevision(standby, rename(store, id, "Gertrude"));
            ask(standby, "SELECT pg_wal_replay_pause()");
            var newest = rename(store, id, "Hamlet");
            store.checkReady(); // runs a check

            assertThat(nameOf(store.find(PERSONAS, id, AN_HOUR))).isEqualTo("Hamlet");
            assertThat(store.list(PERSONAS, ALL, AN_HOUR).asOf()).isEqualTo(newest);

            ask(standby, "SELECT pg_wal_replay_resume()");
            awaitRevision(standby, newest);
            primary.crash();

            assertThat(store.list(PERSONAS, ALL, AN_HOUR).asOf()).isEqualTo(newest);
            assertThat(nameOf(store.find(PERSONAS, kept, AN_HOUR))).isEqualTo("Yorick");
            assertThatThrownBy(() -> store.list(PERSONAS, ALL, new ReadMode.MaxStale(Duration.ofNanos(1))))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }

    /// Two standbys, of which the one that is behind is promoted. The other one has what was lost, under revisions that
    /// are given out again.
    @Test
    void standbyOfAnAbandonedLine_isNotUsed() throws Exception {
        RevisionToken lost;
        String id;
        try (var successor = primary.newStandby(base(), directory.resolve("successor"))) {
            try (var store = withReplica(primary, standby.url())) {
                id = new By(store).createPersona("Ophelia");
                awaitRevision(successor, store.lastSeen());
                successor.stop();
                lost = rename(store, id, "Gertrude");
                awaitRevision(standby, lost);
            }
            primary.crash();
            successor.start();
            ask(successor, "SELECT pg_promote()");
            try (var store = withReplica(successor, standby.url())) {
                var again = rename(store, id, "Hamlet");

                assertThat(again.revision()).isEqualTo(lost.revision());
                assertThat(again.incarnation()).isNotEqualTo(lost.incarnation());
                assertThat(revision(standby)).isEqualTo(lost.revision());
                assertThat(nameOf(store.find(PERSONAS, id, atLeast(again)))).isEqualTo("Hamlet");
            }
        }
    }

    @Test
    void standbyThatFollowsAPromotion_isUsedAgain() throws Exception {
        try (var follower = standby.newStandby(base(), directory.resolve("follower"))) {
            primary.crash();
            ask(standby, "SELECT pg_promote()");
            try (var store = withReplica(standby, follower.url())) {
                String id = new By(store).createPersona("Ophelia");
                var old = store.lastSeen();
                awaitRevision(follower, old);
                ask(follower, "SELECT pg_wal_replay_pause()");
                var token = rename(store, id, "Gertrude");

                // What it receives tells its line.
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(nameOf(store.find(PERSONAS, id, atLeast(old))))
                                .isEqualTo("Ophelia"));

                ask(follower, "SELECT pg_wal_replay_resume()");
                execute(standby, "CHECKPOINT");
                awaitRevision(follower, rename(store, id, "Gertrude again"));
                execute(follower, "CHECKPOINT");
                standby.crash();

                // Nothing is received any more; its restart point tells.
                await().atMost(Duration.ofSeconds(30))
                        .ignoreExceptionsInstanceOf(StoreUnavailableException.class)
                        .untilAsserted(() -> assertThat(nameOf(store.find(PERSONAS, id, atLeast(token))))
                                .isEqualTo("Gertrude again"));
            }
        }
    }

    /// Until the first session of a store, the new line goes on under the old incarnation, and somebody may change rows
    /// by hand.
    @Test
    void standbyThatFollowsAPromotion_beforeItsHistoryIsNamed_isNotUsed() throws Exception {
        String id;
        try (var store = PostgresServer.open(primary.url())) {
            id = new By(store).createPersona("Ophelia");
            awaitRevision(standby, store.lastSeen());
        }
        try (var follower = standby.newStandby(base(), directory.resolve("follower"));
                var replica = new PostgresReplica(follower.url(), PostgresServer.CONFIG)) {
            primary.crash();
            ask(standby, "SELECT pg_promote()");
            ask(standby, "UPDATE personas SET document = '{\"name\": \"Hamlet\"}' RETURNING 1");
            await().atMost(Duration.ofSeconds(30)).until(() -> revision(follower) == revision(standby));

            assertThat(replica.find(PERSONAS, id)).isNull();

            PostgresServer.open(standby.url()).close(); // Its first session names the history.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(replica.find(PERSONAS, id)).isNotNull());
            assertThat(nameOf(replica.find(PERSONAS, id))).isEqualTo("Hamlet");
        }
    }

    @Test
    void promotedStandby_withOrWithoutALostTail_isNotUsed() throws Exception {
        try (var store = PostgresServer.open(primary.url());
                var replica = new PostgresReplica(standby.url(), PostgresServer.CONFIG)) {
            String id = new By(store).createPersona("Ophelia");
            awaitRevision(standby, store.lastSeen());
            assertThat(replica.find(PERSONAS, id)).isNotNull();

            ask(standby, "SELECT pg_promote()");

            assertThat(replica.find(PERSONAS, id)).isNull();
            try (var reader = withReplica(primary, standby.url())) {
                var token = rename(reader, id, "Gertrude");
                ask(standby, "UPDATE personas SET document = '{\"name\": \"Hamlet\"}' RETURNING 1");
                assertThat(revision(standby)).isEqualTo(token.revision());
                assertThat(nameOf(reader.find(PERSONAS, id, atLeast(token)))).isEqualTo("Gertrude");
            }
            // By its line alone it might pass: it is the line of the primary itself.
            try (var itself = PostgresServer.open(standby.url());
                    var ofItself = new PostgresReplica(standby.url(), PostgresServer.CONFIG)) {
                execute(standby, "CHECKPOINT");
                assertThat(ofItself.find(PERSONAS, id)).isNull();
            }
        }
    }

    @Test
    void standbyThatFails_isLeftAloneForAWhile_andUsedAgainWhenItIsBack() throws Exception {
        try (var deaf = new Deaf();
                var store = withReplica(primary, deaf.url())) {
            String id = new By(store).createPersona("Ophelia");
            var token = store.lastSeen();
            int reads = 300;

            for (int i = 0; i < reads; i++) {
                assertThat(nameOf(store.find(PERSONAS, id, atLeast(token)))).isEqualTo("Ophelia");
            }

            assertThat(deaf.connections.get()).isBetween(1, reads / 2);
        }
        try (var store = withReplica(primary, standby.url())) {
            String id = new By(store).createPersona("Ophelia");
            var token = store.lastSeen();
            awaitRevision(standby, token);
            standby.crash();
            assertThat(nameOf(store.find(PERSONAS, id, atLeast(token)))).isEqualTo("Ophelia");

            standby.start();
            primary.crash();

            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(StoreUnavailableException.class)
                    .untilAsserted(() -> assertThat(nameOf(store.find(PERSONAS, id, atLeast(token))))
                            .isEqualTo("Ophelia"));
        }
    }

    @Test
    void worker_withTheSetting_readsFromTheStandby_withAnOrdinaryRole() throws Exception {
        execute(primary, "CREATE ROLE plain LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain");
        String replica = standby.url().replace("user=postgres", "user=plain");
        var settings = Map.of("port", "0", "database", primary.url(), "replica", replica);
        String id;
        RevisionToken token;
        try (var store = PostgresServer.open(primary.url())) {
            id = new By(store).createPersona("Ophelia");
            token = store.lastSeen();
        }
        awaitRevision(standby, token);
        try (var mien = new Mien(Settings.of(settings, Map.of(), null).toConfig(), 1);
                var client = HttpClient.newHttpClient()) {
            mien.start();
            primary.crash();
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mien.port() + "/api/v1/personas/" + id));

            var strong = client.send(request.copy().build(), BodyHandlers.ofString());
            var weak = client.send(
                    request.copy().header("Mien-Read", "at-least=" + token).build(), BodyHandlers.ofString());

            assertThat(strong.statusCode()).isEqualTo(503);
            assertThat(weak.statusCode()).isEqualTo(200);
            assertThat(weak.body()).contains("Ophelia");
        }
    }

    /// Takes connections and ends them at once.
    private static final class Deaf implements AutoCloseable {
        private final AtomicInteger connections = new AtomicInteger();
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        Deaf() throws Exception {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try (var connection = socket.accept()) {
                        connections.incrementAndGet();
                    } catch (Exception closed) {
                        return;
                    }
                }
            });
        }

        String url() {
            return "jdbc:postgresql://127.0.0.1:" + socket.getLocalPort() + "/postgres?user=postgres&sslmode=disable";
        }

        @Override
        public void close() throws Exception {
            socket.close();
        }
    }

    private static Store withReplica(OwnServer primary, String replica) {
        var store = PostgresServer.open(primary.url());
        return new ReplicaStore(store, null, new PostgresReplica(replica, PostgresServer.CONFIG));
    }

    private static Store withCacheAndReplica(OwnServer primary, String replica) {
        var store = PostgresServer.open(primary.url());
        var cache = new CoherentStore(store, store, new CacheConfig(true, 1 << 20, 100, Duration.ofSeconds(5), 0));
        return new ReplicaStore(cache, cache, new PostgresReplica(replica, PostgresServer.CONFIG));
    }

    private static ReadMode atLeast(RevisionToken token) {
        return new ReadMode.AtLeast(token);
    }

    private static RevisionToken after(RevisionToken token) {
        return new RevisionToken(token.incarnation(), token.revision() + 1);
    }

    private static RevisionToken ofAnotherHistory(RevisionToken token) {
        return new RevisionToken("another", token.revision());
    }

    private static RevisionToken rename(Store store, String id, String name) {
        var by = new By(store);
        return by.committed(by.change(PERSONAS, id, by.put("name", name))).asOf();
    }

    private static String nameOf(Found found) {
        return StoreContract.JSON.readTree(found.document().json()).get("name").stringValue();
    }

    private static String ask(OwnServer server, String sql) throws SQLException {
        try (var hand = PostgresServer.psql(server.url())) {
            return column(hand, sql).getFirst();
        }
    }

    private static void execute(OwnServer server, String sql) throws SQLException {
        try (var hand = PostgresServer.psql(server.url())) {
            run(hand, sql);
        }
    }

    private static long revision(OwnServer server) throws SQLException {
        return Long.parseLong(ask(server, "SELECT seq FROM log_head"));
    }

    private static void awaitRevision(OwnServer server, RevisionToken token) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> revision(server) >= token.revision());
    }
}
