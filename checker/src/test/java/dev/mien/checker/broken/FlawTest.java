package dev.mien.checker.broken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.mien.checker.history.Key;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Each flaw goes wrong in its own way. What has to happen in between happens where the flaw would pause.
class FlawTest {
    private static final Runnable NO_PAUSE = () -> {};

    private final Database database = new Database();
    private final Worker honest = new Worker(database);
    private final Key ophelia =
            honest.create("personas", json("{'name': 'Ophelia'}")).row().key();
    private long nanoTime;

    @Test
    void honest_afterAWrite_readsItEverywhere() {
        assertThat(name(honest)).isEqualTo("Ophelia");

        rename(honest, "Hamlet");

        assertThat(name(honest)).isEqualTo("Hamlet");
        assertThat(listedName(honest)).isEqualTo("Hamlet");
        assertThat(honest.get(ophelia).asOf().revision()).isEqualTo(2);
    }

    @Test
    void identityMap_afterItsOwnWrite_stillHasTheOldRow() {
        var worker = new IdentityMap(database);
        name(worker);

        var written = rename(worker, "Hamlet");

        assertThat(written.row().version()).isEqualTo(2);
        assertThat(name(worker)).isEqualTo("Ophelia");
        assertThat(listedName(worker)).isEqualTo("Hamlet");
    }

    @Test
    void identityMapOfOthers_afterAWrite_isOldOnTheOtherWorkerOnly() {
        var writer = new IdentityMapOfOthers(database);
        var other = new IdentityMapOfOthers(database);
        name(writer);
        name(other);

        rename(writer, "Hamlet");

        assertThat(name(writer)).isEqualTo("Hamlet");
        assertThat(name(other)).isEqualTo("Ophelia");
    }

    @Test
    void timedCache_untilItsTimeIsUp_isOld() {
        var worker = new TimedCache(database, () -> nanoTime);
        name(worker);
        rename(worker, "Hamlet");

        nanoTime = TimedCache.TIME_TO_LIVE.toNanos() - 1;
        assertThat(name(worker)).isEqualTo("Ophelia");

        nanoTime++;
        assertThat(name(worker)).isEqualTo("Hamlet");
    }

    @Test
    void staleWhileRevalidate_afterAWrite_isOldOnce() {
        var worker = new StaleWhileRevalidate(database, Runnable::run);
        name(worker);
        rename(worker, "Hamlet");

        assertThat(name(worker)).isEqualTo("Ophelia");
        assertThat(name(worker)).isEqualTo("Hamlet");
    }

    @Test
    void slowRefill_writeBetweenLoadAndPut_leavesTheOldRowInTheCache() {
        Map<Key, RowAt> cache = new ConcurrentHashMap<>();
        var writer = new SlowRefill(database, cache, NO_PAUSE);
        var slow = new SlowRefill(database, cache, () -> rename(writer, "Hamlet"));

        name(slow);

        assertThat(name(writer)).isEqualTo("Ophelia");
        rename(writer, "Horatio");
        assertThat(name(writer)).isEqualTo("Horatio");
    }

    @Test
    void replyBeforeCommit_afterTheReply_isVisibleOnlyOnceCommitted() {
        var commits = new ArrayDeque<Runnable>();
        var worker = new ReplyBeforeCommit(database, new AtomicReference<>(database.now()), commits::add);

        assertThat(rename(worker, "Hamlet").row().version()).isEqualTo(2);
        assertThat(rename(worker, "Horatio").row().version()).isEqualTo(3);

        assertThat(name(worker)).isEqualTo("Ophelia");
        commits.removeLast().run();
        assertThat(name(worker)).isEqualTo("Horatio");
        commits.removeLast().run();
        assertThat(name(worker)).isEqualTo("Horatio");
    }

    @Test
    void lostUpdate_patchesOfTwoMembers_keepOnlyTheSecond() {
        var worker = new LostUpdate(database, () -> patch(honest, "{'bio': 'a prince'}"));

        var written = rename(worker, "Hamlet");

        assertThat(written.row().version()).isEqualTo(3);
        assertThat(written.row().document().has("bio")).isFalse();
        assertThat(written.row().document().path("name").asString()).isEqualTo("Hamlet");
    }

    @Test
    void commitReportedAsFailed_everyTenthTime_hasLanded() {
        var worker = new CommitReportedAsFailed(database);
        for (int i = 1; i < CommitReportedAsFailed.EVERY; i++) {
            rename(worker, "Hamlet " + i);
        }

        var refusal = catchThrowableOfType(Refusal.class, () -> rename(worker, "Horatio"));

        assertThat(refusal.problem().status()).isEqualTo(503);
        assertThat(refusal.problem().outcome()).isEqualTo("not-applied");
        assertThat(name(worker)).isEqualTo("Horatio");
    }

    @Test
    void oldLists_untilRenewed_showWhatWas() {
        var worker = new OldLists(database, () -> nanoTime);
        rename(worker, "Hamlet");

        nanoTime = OldLists.RENEWED_EVERY.toNanos() - 1;
        assertThat(listedName(worker)).isEqualTo("Ophelia");
        assertThat(name(worker)).isEqualTo("Hamlet");

        nanoTime++;
        assertThat(listedName(worker)).isEqualTo("Hamlet");
    }

    @Test
    void repeatingCounter_afterARestart_givesTheSameRevisionsAgain() {
        var worker = new Worker(new RepeatingCounter());
        var key = worker.create("personas", json("{}")).row().key();
        for (int i = 2; i < RepeatingCounter.RESTART_EVERY; i++) {
            assertThat(rename(worker, key, "Hamlet " + i).row().revision()).isEqualTo(i);
        }

        var afterRestart = rename(worker, key, "Horatio");

        assertThat(afterRestart.row().version()).isEqualTo(RepeatingCounter.RESTART_EVERY);
        assertThat(afterRestart.row().revision())
                .isEqualTo(RepeatingCounter.RESTART_EVERY - RepeatingCounter.FORGOTTEN)
                .isEqualTo(afterRestart.asOf().revision());
    }

    @Test
    void sharedCheck_readThatCameDuringThePause_isOld() throws InterruptedException {
        var nameForLate = new AtomicReference<String>();
        var worker = new AtomicReference<Worker>();
        var late = Thread.ofPlatform().unstarted(() -> nameForLate.set(name(worker.get())));
        worker.set(new SharedCheck(database, () -> {
            rename(honest, "Hamlet");
            late.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> late.getState() == Thread.State.WAITING);
        }));

        name(worker.get());
        late.join();

        assertThat(nameForLate).hasValue("Ophelia");
    }

    @Test
    void sharedCheck_readAfterThePause_isNew() {
        var passes = new AtomicLong();
        var worker = new SharedCheck(database, passes::incrementAndGet);
        name(worker);
        rename(worker, "Hamlet");

        assertThat(name(worker)).isEqualTo("Hamlet");
        assertThat(passes).hasValue(2);
    }

    private String name(Worker worker) {
        return worker.get(ophelia).row().document().path("name").asString();
    }

    private static String listedName(Worker worker) {
        var listed = worker.snapshotForList().list("personas", null, null, 1);
        return listed.getFirst().document().path("name").asString();
    }

    private RowAt rename(Worker worker, String name) {
        return rename(worker, ophelia, name);
    }

    private static RowAt rename(Worker worker, Key key, String name) {
        return worker.commit(new Edit(key, any -> true, new MergePatch(json("{'name': '" + name + "'}"))));
    }

    private RowAt patch(Worker worker, String patch) {
        return worker.commit(new Edit(ophelia, any -> true, new MergePatch(json(patch))));
    }

    private static ObjectNode json(String text) {
        return new JsonMapper().readValue(text.replace('\'', '"'), ObjectNode.class);
    }
}
