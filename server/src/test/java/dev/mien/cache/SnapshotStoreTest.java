package dev.mien.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.api.RevisionToken;
import dev.mien.cache.FakeDatabase.Point;
import dev.mien.store.Found;
import dev.mien.store.Snapshots;
import dev.mien.store.StoreContract;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is answered from memory, and what is not.
@org.junit.jupiter.api.Timeout(60)
class SnapshotStoreTest {
    private static final String ID = "ophelia";

    private final FakeDatabase database = new FakeDatabase();
    private final SnapshotStore store =
            new SnapshotStore(database, new HeadOf(database), Scenario.config(Duration.ofSeconds(30)));

    /// The states of the database in memory.
    private record HeadOf(FakeDatabase database) implements Snapshots {
        private record State(RevisionToken head) implements Snapshot {}

        @Override
        public Snapshot newest() {
            return new State(database.head());
        }

        @Override
        public boolean isNewest(Snapshot snapshot) {
            return newest().equals(snapshot);
        }
    }

    private Found find() {
        return store.find(StoreContract.PERSONAS, ID);
    }

    @Test
    void find_nothingWritten_asksTheDatabaseOnce() {
        database.put(ID, "first");

        var first = find();
        var second = find();

        assertThat(second).isEqualTo(first);
        assertThat(first.document()).isNotNull();
        assertThat(database.finds).hasValue(1);
    }

    @Test
    void find_unknownId_isRememberedToo() {
        database.put("hamlet", "x");

        assertThat(find().document()).isNull();
        assertThat(find().document()).isNull();
        assertThat(database.finds).hasValue(1);

        database.put(ID, "there now");
        assertThat(find().document()).isNotNull();
    }

    @Test
    void find_somethingElseWritten_asksAgain() {
        database.put(ID, "first");
        find();

        long newest = database.put("hamlet", "x");

        assertThat(find().asOf().revision()).isEqualTo(newest);
        assertThat(database.finds).hasValue(2);
        find();
        assertThat(database.finds).hasValue(2);
    }

    @Test
    void find_fillThatIsLate_isNotUsedByWhoComesAfterTheChange() throws Exception {
        database.put(ID, "old");
        var read = new CountDownLatch(1);
        var written = new CountDownLatch(1);
        database.hook = (point, id) -> {
            if (point == Point.FIND_DONE && database.finds.get() == 1) {
                read.countDown();
                awaitCalmly(written);
            }
        };
        var late = CompletableFuture.supplyAsync(this::find);
        awaitCalmly(read);

        long changed = database.put(ID, "new");
        assertThat(find().document().revision()).isEqualTo(changed);
        written.countDown();

        assertThat(late.get(30, TimeUnit.SECONDS).document().revision()).isLessThan(changed);
        assertThat(find().document().revision()).isEqualTo(changed);
        assertThat(find().document().revision()).isEqualTo(changed);
    }

    @Test
    void find_snapshotThatIsHardlyRead_isNotKept() {
        database.put(ID, "first");
        var patient = new SnapshotStore(database, new HeadOf(database), Scenario.config(Duration.ofSeconds(30), 3));

        for (int i = 0; i < 10; i++) {
            patient.find(StoreContract.PERSONAS, ID);
        }
        assertThat(database.finds).hasValue(4);

        database.put(ID, "second");
        patient.find(StoreContract.PERSONAS, ID);
        patient.find(StoreContract.PERSONAS, ID);
        assertThat(database.finds).hasValue(6);
    }

    @Test
    void find_statesCannotBeTold_asksEachTime() {
        database.put(ID, "first");
        var blind = new SnapshotStore(
                database,
                new Snapshots() {
                    @Override
                    public @Nullable Snapshot newest() {
                        return null;
                    }

                    @Override
                    public boolean isNewest(Snapshot snapshot) {
                        return false;
                    }
                },
                Scenario.config(Duration.ofSeconds(30)));

        blind.find(StoreContract.PERSONAS, ID);
        blind.find(StoreContract.PERSONAS, ID);

        assertThat(database.finds).hasValue(2);
    }

    private static void awaitCalmly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
