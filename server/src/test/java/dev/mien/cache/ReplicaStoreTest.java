package dev.mien.cache;

import static dev.mien.cache.FakeDatabase.PERSONAS;
import static dev.mien.cache.FakeDatabase.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.store.Collection;
import dev.mien.store.Found;
import dev.mien.store.Listing;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Replica;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When an answer of the replica is taken, step by step. The replica answers each question with the same document.
@Timeout(60)
class ReplicaStoreTest {
    private static final Query ALL = new Query(10, null, null, null, null);

    private final FakeDatabase database = new FakeDatabase();
    private final CoherentStore cache = new CoherentStore(database, database, Scenario.config(Scenario.PATIENT));
    private final FakeReplica replica = new FakeReplica();
    private final ReplicaStore store = new ReplicaStore(cache, cache, replica);

    private static final class FakeReplica implements Replica {
        private final AtomicInteger questions = new AtomicInteger();
        private Found answer;
        private Runnable beforeAnswering = () -> {};

        @Override
        public Found find(Collection collection, String id) {
            questions.incrementAndGet();
            beforeAnswering.run();
            return answer;
        }

        @Override
        public Found findBy(Collection collection, String field, String value) {
            return find(collection, value);
        }

        @Override
        public Listing list(Collection collection, Query query) {
            return null;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void copy() {
        database.put("a", "old");
        replica.answer = database.find(PERSONAS, "a");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void find_keptInMemory_theReplicaIsNotAsked() {
        cache.checkReady();
        cache.find(PERSONAS, "a");

        store.find(PERSONAS, "a", new ReadMode.AtLeast(database.head()));
        store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

        assertThat(replica.questions).hasValue(0);
    }

    @Test
    void find_strong_theReplicaIsNotAsked() {
        store.find(PERSONAS, "a");
        store.find(PERSONAS, "a", new ReadMode.Strong());
        store.findBy(PERSONAS, "name", "old", new ReadMode.Strong());
        store.list(PERSONAS, ALL, new ReadMode.Strong());

        assertThat(replica.questions).hasValue(0);
    }

    @Test
    void find_answeredByTheReplica_isNotKept() {
        cache.checkReady();
        var old = database.head();
        database.put("a", "new");

        assertThat(text(store.find(PERSONAS, "a", new ReadMode.AtLeast(old)).document()))
                .isEqualTo("old");
        replica.answer = null;

        assertThat(text(store.find(PERSONAS, "a", new ReadMode.AtLeast(old)).document()))
                .isEqualTo("new");
    }

    @Test
    void findMaxStale_theReplicaHasWhatTheCheckSaw_isAnsweredByIt() {
        cache.checkReady();
        database.put("a", "new");

        var found = store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

        assertThat(text(found.document())).isEqualTo("old");
    }

    @Test
    void findMaxStale_theCheckSawMore_isNotAnsweredByTheReplica() {
        database.put("a", "new");
        cache.checkReady();

        var found = store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

        assertThat(text(found.document())).isEqualTo("new");
        assertThat(replica.questions).hasValue(1);
    }

    @Test
    void findMaxStale_noCheckStands_theReplicaIsNotAsked() {
        store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

        assertThat(replica.questions).hasValue(0);
    }

    @Test
    void findMaxStale_theAgeIsOverWhenTheReplicaAnswers_isNotAnsweredByIt() {
        var age = Duration.ofSeconds(1);
        cache.checkReady();
        long checked = System.nanoTime();
        database.put("a", "new");
        replica.beforeAnswering = () -> {
            while (System.nanoTime() - checked <= age.toNanos()) {
                Thread.onSpinWait();
            }
        };

        var found = store.findBy(PERSONAS, "name", "new", new ReadMode.MaxStale(age));

        assertThat(text(found.document())).isEqualTo("new");
    }

    /// As on a standby that shows a commit before the primary does.
    @Test
    void replicaIsAhead_nothingOfItIsRemembered() {
        var before = database.head();
        database.put("a", "ahead");
        replica.answer = database.find(PERSONAS, "a");
        database.failOver(1);

        var found = store.find(PERSONAS, "a", new ReadMode.AtLeast(before));

        assertThat(text(found.document())).isEqualTo("ahead");
        assertThat(store.lastSeen().revision()).isLessThanOrEqualTo(before.revision());
        assertThat(text(store.find(PERSONAS, "a").document())).isEqualTo("old");
        assertThat(store.isLost()).isFalse();
    }

    @Test
    void replicaOfAnotherHistory_isNotUsed() {
        var here = database.head();
        database.restore(0, "two");
        replica.answer = database.find(PERSONAS, "a");
        database.restore(0, here.incarnation());
        cache.checkReady();

        store.findBy(PERSONAS, "name", "old", new ReadMode.MaxStale(Duration.ofHours(1)));
        var found = store.find(PERSONAS, "a", new ReadMode.AtLeast(here));

        assertThat(found.asOf()).isEqualTo(here);
        assertThat(replica.questions).hasValue(2);
    }
}
