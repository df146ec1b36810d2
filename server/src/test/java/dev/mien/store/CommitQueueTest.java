package dev.mien.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.api.RevisionToken;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.NotApplied;
import dev.mien.store.Outcome.Unknown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitQueueTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofMillis(100);
    private static final Collection PERSONAS = new Collection("personas", List.of(), "");

    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final GatedWriter writer = new GatedWriter();

    @AfterEach
    void openAllGates() {
        writer.lock.countDown();
        writer.disk.countDown();
        requests.shutdownNow();
    }

    @Test
    void commit_lockFree_isCommitted() {
        writer.lock.countDown();
        writer.disk.countDown();
        try (var queue = queue(PATIENT, 10, 10)) {
            var outcome = queue.commit(edit("a"));

            assertThat(outcome).isInstanceOf(Committed.class);
            assertThat(writer.committed).containsExactly(List.of("a"));
        }
    }

    @Test
    void commit_lockNotToBeHadInTime_isNotAppliedAndNeverRuns() throws InterruptedException {
        try (var queue = queue(IMPATIENT, 10, 10)) {
            var outcome = queue.commit(edit("late"));

            assertThat(outcome).isInstanceOf(NotApplied.class);
            writer.disk.countDown();
            writer.lock.countDown();
            await().until(() -> queue.commit(edit("next")) instanceof Committed);
            assertThat(writer.committed).allSatisfy(batch -> assertThat(batch).doesNotContain("late"));
        }
    }

    @Test
    void commit_runningWhenItsTimeIsUp_isWaitedFor() throws Exception {
        writer.lock.countDown();
        try (var queue = queue(Duration.ofSeconds(1), 10, 10)) {
            var outcome = submit(queue, "slow");
            await().until(() -> !writer.run.isEmpty());
            Thread.sleep(1_200);
            assertThat(outcome).isNotDone();
            writer.disk.countDown();

            assertThat(outcome.get()).isInstanceOf(Committed.class);
        }
    }

    @Test
    void commit_diskHangs_isUnknown() {
        writer.lock.countDown();
        try (var queue = queue(IMPATIENT, 10, 10)) {
            var outcome = queue.commit(edit("stuck"));

            assertThat(outcome).isInstanceOf(Unknown.class);
            assertThat(writer.run).containsExactly("stuck");
        }
    }

    @Test
    void commit_queueFull_isNotAppliedAtOnce() throws Exception {
        try (var queue = queue(PATIENT, 10, 2)) {
            var first = submit(queue, "held");
            writer.entered.await();
            var waiting = List.of(submit(queue, "b"), submit(queue, "c"));
            await().untilAsserted(() -> {
                var outcome = queue.commit(edit("too many"));
                assertThat(outcome)
                        .isInstanceOfSatisfying(
                                NotApplied.class,
                                full -> assertThat(full.reason()).contains("2 writes"));
            });
            writer.lock.countDown();
            writer.disk.countDown();

            assertThat(first.get()).isInstanceOf(Committed.class);
            assertThat(waiting.get(0).get()).isInstanceOf(Committed.class);
            assertThat(waiting.get(1).get()).isInstanceOf(Committed.class);
            assertThat(writer.run).doesNotContain("too many");
        }
    }

    @Test
    void commit_manyGatherWhileTheLockIsHeld_shareOneTransaction() throws Exception {
        try (var queue = queue(PATIENT, 100, 100)) {
            var outcomes = new ArrayList<>(List.of(submit(queue, "0")));
            writer.entered.await();
            IntStream.range(1, 50).forEach(i -> outcomes.add(submit(queue, "" + i)));
            await().until(() -> waitingThreads() >= 50);
            writer.lock.countDown();
            writer.disk.countDown();

            for (var outcome : outcomes) {
                assertThat(outcome.get()).isInstanceOf(Committed.class);
            }
            assertThat(writer.committed).hasSizeLessThanOrEqualTo(2);
            assertThat(writer.committed.getFirst()).hasSizeGreaterThan(10);
        }
    }

    @Test
    void commit_moreThanOneTransactionTakes_areSplit() throws Exception {
        try (var queue = queue(PATIENT, 3, 100)) {
            var outcomes = new ArrayList<>(List.of(submit(queue, "0")));
            writer.entered.await();
            IntStream.range(1, 10).forEach(i -> outcomes.add(submit(queue, "" + i)));
            writer.lock.countDown();
            writer.disk.countDown();

            for (var outcome : outcomes) {
                assertThat(outcome.get()).isInstanceOf(Committed.class);
            }
            assertThat(writer.committed).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(3));
            assertThat(writer.run).hasSize(10).doesNotHaveDuplicates();
        }
    }

    @Test
    void commit_writerThrows_isUnknownAndTheQueueGoesOn() {
        writer.lock.countDown();
        writer.disk.countDown();
        try (var queue = queue(PATIENT, 10, 10)) {
            writer.failure = new IllegalStateException("broken on purpose");
            var outcome = queue.commit(edit("a"));
            writer.failure = null;
            var next = queue.commit(edit("b"));

            assertThat(outcome).isInstanceOf(Unknown.class);
            assertThat(next).isInstanceOf(Committed.class);
        }
    }

    @Test
    void commit_writerThrowsAnError_isUnknownAndTheQueueGoesOn() {
        writer.lock.countDown();
        writer.disk.countDown();
        try (var queue = queue(PATIENT, 10, 10)) {
            writer.failure = new AssertionError("broken on purpose");
            var outcome = queue.commit(edit("a"));
            writer.failure = null;

            assertThat(outcome).isInstanceOf(Unknown.class);
            assertThat(queue.commit(edit("b"))).isInstanceOf(Committed.class);
        }
    }

    @Test
    void commit_editFails_throwsItsException() {
        writer.lock.countDown();
        writer.disk.countDown();
        try (var queue = queue(PATIENT, 10, 10)) {
            writer.refusal = new IllegalArgumentException("no such thing");

            assertThatThrownBy(() -> queue.commit(edit("a"))).isSameAs(writer.refusal);
        }
    }

    @Test
    void close_editsWait_commitsThem() throws Exception {
        var queue = queue(PATIENT, 2, 100);
        var outcomes = new ArrayList<CompletableFuture<Outcome>>();
        for (int i = 0; i < 20; i++) {
            outcomes.add(submit(queue, "" + i));
        }
        await().until(() -> waitingThreads() >= 20);
        writer.lock.countDown();
        writer.disk.countDown();

        queue.close();

        for (var outcome : outcomes) {
            assertThat(outcome.get()).isInstanceOf(Committed.class);
        }
        assertThat(writer.run).hasSize(20);
    }

    @Test
    void close_writerStuck_answersEveryone() throws Exception {
        var queue = queue(Duration.ofMillis(500), 1, 100);
        var outcomes = new ArrayList<CompletableFuture<Outcome>>();
        for (int i = 0; i < 20; i++) {
            outcomes.add(submit(queue, "" + i));
        }

        queue.close();

        for (var outcome : outcomes) {
            assertThat(outcome.get()).isInstanceOf(NotApplied.class);
        }
        writer.lock.countDown();
        writer.disk.countDown();
        assertThat(writer.run).isEmpty();
    }

    @Test
    void close_whileOthersCommit_everyAnswerIsTrue() throws Exception {
        writer.lock.countDown();
        writer.disk.countDown();
        for (int round = 0; round < 50; round++) {
            var queue = queue(PATIENT, 4, 100);
            var names = new ArrayList<String>();
            var outcomes = new ArrayList<CompletableFuture<Outcome>>();
            for (int i = 0; i < 30; i++) {
                names.add(round + "/" + i);
                outcomes.add(submit(queue, round + "/" + i));
            }

            queue.close();

            for (int i = 0; i < outcomes.size(); i++) {
                boolean committed = outcomes.get(i).get() instanceof Committed;
                assertThat(writer.run.contains(names.get(i))).isEqualTo(committed);
            }
        }
    }

    @Test
    void commit_afterClose_isNotApplied() {
        writer.lock.countDown();
        var queue = queue(PATIENT, 10, 10);
        queue.close();

        var outcome = queue.commit(edit("a"));

        assertThat(outcome).isInstanceOf(NotApplied.class);
        assertThat(writer.run).isEmpty();
    }

    private long inCommit;

    private CommitQueue queue(Duration timeout, int maximumEdits, int maximumWaiting) {
        return new CommitQueue(new CommitConfig(maximumEdits, timeout, maximumWaiting), writer);
    }

    private synchronized long waitingThreads() {
        return inCommit;
    }

    private CompletableFuture<Outcome> submit(CommitQueue queue, String name) {
        return CompletableFuture.supplyAsync(
                () -> {
                    synchronized (this) {
                        inCommit++;
                    }
                    return queue.commit(edit(name));
                },
                requests);
    }

    private static Edit edit(String name) {
        return Edit.of(new Step.Create(PERSONAS, name, "{}".getBytes(StandardCharsets.UTF_8)));
    }

    /// A database whose write lock and disk a test can hold on to.
    private static final class GatedWriter implements CommitQueue.BatchWriter {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch lock = new CountDownLatch(1);
        final CountDownLatch disk = new CountDownLatch(1);
        final List<String> run = new CopyOnWriteArrayList<>();
        final List<List<String>> committed = new CopyOnWriteArrayList<>();
        volatile Throwable failure;
        volatile RuntimeException refusal;

        @Override
        public void write(CommitQueue.EditSource next) {
            entered.countDown();
            pass(lock);
            var taken = new ArrayList<CommitQueue.Waiting>();
            for (var more = next.take(); !more.isEmpty(); more = next.take()) {
                more.forEach(
                        waiting -> run.add(waiting.edit().steps().getFirst().id()));
                taken.addAll(more);
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            pass(disk);
            committed.add(taken.stream()
                    .map(waiting -> waiting.edit().steps().getFirst().id())
                    .toList());
            for (var waiting : taken) {
                if (refusal != null) {
                    waiting.fail(refusal);
                }
                waiting.answer(new Committed(List.of(), new RevisionToken("test", committed.size()), false));
            }
        }

        private static void pass(CountDownLatch gate) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
