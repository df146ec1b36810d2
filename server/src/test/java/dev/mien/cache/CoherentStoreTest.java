package dev.mien.cache;

import static dev.mien.cache.FakeDatabase.PERSONAS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.api.RevisionToken;
import dev.mien.cache.FakeDatabase.Point;
import dev.mien.store.Edit;
import dev.mien.store.OtherHistoryException;
import dev.mien.store.Outcome;
import dev.mien.store.ReadMode;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Each way in which a cache becomes stale, step by step.
@org.junit.jupiter.api.Timeout(300)
class CoherentStoreTest {
    private static final Duration IMPATIENT = Duration.ofMillis(150);

    /// An interleaving, as the name says, that ends with a stale answer if nothing prevents it.
    enum Hazard {
        CHANGED_BETWEEN_TWO_READS {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        CHANGED_WHILE_A_CHECK_IS_UNDER_WAY {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                var checked = scenario.stopAt(Point.CHECK_DONE, "");
                var before = scenario.reading("a");
                checked.awaitReached();
                scenario.database.put("a", "new");
                var after = scenario.reading("a").awaitWaiting();
                checked.open();
                before.get();

                assertThat(after.get()).isEqualTo("new");
            }
        },
        CHECK_REFUSED {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.put("a", "new");
                scenario.database.refusing = true;

                assertThatThrownBy(() -> scenario.read("a")).isInstanceOf(StoreUnavailableException.class);
                scenario.database.refusing = false;
                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        CHECK_TOO_LATE {
            @Override
            Duration checkTimeout() {
                return IMPATIENT;
            }

            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                var checked = scenario.stopAt(Point.CHECK_DONE, "");
                var reading = scenario.reading("a");
                checked.awaitReached();
                pause(IMPATIENT.plusMillis(20));
                checked.open();

                assertThatThrownBy(reading::get).isInstanceOf(StoreUnavailableException.class);
            }
        },
        CHECK_GIVEN_UP_BY_THE_NEXT {
            @Override
            Duration checkTimeout() {
                return IMPATIENT;
            }

            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                var checked = scenario.stopAt(Point.CHECK_DONE, "");
                var late = scenario.reading("a");
                checked.awaitReached();
                var next = scenario.reading("a");

                assertThatThrownBy(next::get).isInstanceOf(StoreUnavailableException.class);
                scenario.database.put("a", "new");
                checked.open();
                assertThatThrownBy(late::get).isInstanceOf(StoreUnavailableException.class);
                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        FILL_PAUSED_OVER_A_CHANGE {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.check();
                var filled = scenario.stopAt(Point.FIND_DONE, "a");
                var reading = scenario.reading("a");
                filled.awaitReached();
                scenario.database.put("a", "new");
                scenario.check();
                filled.open();
                reading.get();

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        FILL_PAUSED_OVER_A_DELETION {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.check();
                var filled = scenario.stopAt(Point.FIND_DONE, "a");
                var reading = scenario.reading("a");
                filled.awaitReached();
                scenario.database.delete("a");
                scenario.check();
                filled.open();
                reading.get();

                assertThat(scenario.read("a")).isEmpty();
            }
        },
        FILL_PAUSED_OVER_AN_EMPTYING {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.check();
                var filled = scenario.stopAt(Point.FIND_DONE, "a");
                var reading = scenario.reading("a");
                filled.awaitReached();
                scenario.database.refusing = true;
                assertThatThrownBy(scenario::check).isInstanceOf(StoreUnavailableException.class);
                scenario.database.refusing = false;
                scenario.database.put("a", "new");
                scenario.check();
                filled.open();
                reading.get();

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        FILL_PAUSED_OVER_A_RESTORE {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.database.put("a", "lost");
                scenario.check();
                var filled = scenario.stopAt(Point.FIND_DONE, "a");
                var reading = scenario.reading("a");
                filled.awaitReached();
                scenario.database.restore(1, "two");
                scenario.check();
                filled.open();
                reading.get();

                assertThat(scenario.read("a")).isEqualTo("old");
            }
        },
        FILL_OF_A_RESTORED_COPY_BEFORE_THE_CHECK {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.database.put("b", "b");
                scenario.check();
                scenario.database.restore(1, "two");
                scenario.read("a");
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        FILL_BY_A_SERVER_THAT_IS_BEHIND {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.database.put("a", "new");
                scenario.check();
                scenario.database.lag = 1;
                scenario.read("a");
                scenario.database.lag = 0;

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        TOKEN_OF_A_CHANGE_THAT_IS_BEING_APPLIED {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.put("a", "new");
                var mode = new ReadMode.AtLeast(scenario.database.head());
                var applying = scenario.stopAt(Point.APPLYING, "a");
                var strong = scenario.reading("a");
                applying.awaitReached();
                var weak = new Scenario.Reading<>(() -> Scenario.text(scenario.store.find(PERSONAS, "a", mode)));
                weak.awaitWaitingOrEnded();
                applying.open();

                assertThat(strong.get()).isEqualTo("new");
                assertThat(weak.get()).isEqualTo("new");
            }
        },
        CHANGED_BETWEEN_A_LOOK_AT_THE_REVISION_AND_AT_THE_ENTRY {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                var looking = scenario.stopAt(Point.LOOKING, "");
                var mode = new ReadMode.MaxStale(Duration.ofHours(1));
                var weak = new Scenario.Reading<>(() -> scenario.store.find(PERSONAS, "a", mode));
                looking.awaitReached();
                scenario.database.put("a", "new");
                scenario.check();
                looking.open();

                assertThat(Scenario.text(weak.get())).isEqualTo("new");
                assertThat(weak.get().asOf()).isEqualTo(scenario.database.head());
            }
        },
        CREATED_AFTER_IT_WAS_NOT_FOUND {
            @Override
            void run(Scenario scenario) {
                scenario.keep("b", "b");
                scenario.keep("a");
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        DELETED_AND_CREATED_AGAIN {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.delete("a");
                assertThat(scenario.read("a")).isEmpty();
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        FAILED_OVER_TO_A_SERVER_WITHOUT_THE_LAST_CHANGE {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("b", "b");
                scenario.keep("a", "lost");
                scenario.database.failOver(1);
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        RESTORED_WITH_AS_MANY_CHANGES {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("b", "b");
                scenario.keep("a", "lost");
                scenario.database.restore(1, "two");
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        TOKEN_OF_ANOTHER_HISTORY {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "new");
                var token = new RevisionToken("another", 1);

                assertThatThrownBy(() -> scenario.store.find(PERSONAS, "a", new ReadMode.AtLeast(token)))
                        .isInstanceOf(OtherHistoryException.class);
            }
        },
        TOKEN_OF_A_HISTORY_THAT_NO_CHECK_HAS_MET {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "same");
                scenario.database.restore(0, "two");
                var token = scenario.database.head();

                assertThatCode(() -> scenario.store.find(PERSONAS, "a", new ReadMode.AtLeast(token)))
                        .doesNotThrowAnyException();
            }
        },
        WENT_BACK {
            @Override
            void run(Scenario scenario) {
                scenario.database.put("a", "old");
                scenario.keep("a", "lost");
                scenario.database.restore(1, "one");

                assertThat(scenario.read("a")).isEqualTo("old");
            }
        },
        TRIMMED {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.put("a", "new");
                scenario.database.trim();
                scenario.database.put("b", "b");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        GAP_IN_THE_LOG {
            @Override
            void run(Scenario scenario) {
                scenario.keep("a", "old");
                scenario.database.hide(scenario.database.put("a", "new"));
                scenario.database.put("b", "b");

                assertThat(scenario.read("a")).isEqualTo("new");
            }
        },
        MORE_CHANGES_THAN_ONE_PAGE {
            @Override
            void run(Scenario scenario) {
                scenario.keep("b", "b");
                scenario.keep("a", "old");
                long finds = scenario.database.finds.get();
                IntStream.range(0, 2_500).forEach(i -> scenario.database.put("other " + i, "x"));
                scenario.database.put("a", "new");

                assertThat(scenario.read("a")).isEqualTo("new");
                assertThat(scenario.read("b")).isEqualTo("b");
                assertThat(scenario.database.finds).hasValue(finds + 1);
            }
        };

        Duration checkTimeout() {
            return Scenario.PATIENT;
        }

        abstract void run(Scenario scenario);

        void run(Flaw flaw) {
            try (var scenario = new Scenario(flaw, Scenario.config(checkTimeout()))) {
                run(scenario);
            }
        }
    }

    private static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        await().until(() -> System.nanoTime() > end);
    }

    @ParameterizedTest
    @EnumSource
    void find_hazard_isNotStale(Hazard hazard) {
        hazard.run(Flaw.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "JOINS_LATE, CHANGED_WHILE_A_CHECK_IS_UNDER_WAY",
        "FAILURE_PASSES, CHECK_REFUSED",
        "FAILURE_PASSES, CHECK_TOO_LATE",
        "FILL_UNCHECKED, FILL_PAUSED_OVER_A_CHANGE",
        "FILL_UNCHECKED, FILL_PAUSED_OVER_A_DELETION",
        "ABSENCE_IS_FOR_EVER, CREATED_AFTER_IT_WAS_NOT_FOUND",
        "NO_TOMBSTONES, DELETED_AND_CREATED_AGAIN",
        "NO_TOMBSTONES, FILL_PAUSED_OVER_A_DELETION",
        "KEEPS_OVER_RECONNECT, FAILED_OVER_TO_A_SERVER_WITHOUT_THE_LAST_CHANGE",
        "NO_INCARNATION, RESTORED_WITH_AS_MANY_CHANGES",
        "NO_INCARNATION, TOKEN_OF_A_HISTORY_THAT_NO_CHECK_HAS_MET",
        "GAPS_PASS, GAP_IN_THE_LOG"
    })
    void find_hazardWithTheFlaw_isCaught(Flaw flaw, Hazard hazard) {
        assertThatThrownBy(() -> hazard.run(flaw)).isInstanceOf(AssertionError.class);
    }

    @Test
    void find_kept_isNotReadAgainAndTheSameBytes() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");

            var first = scenario.store.find(PERSONAS, "a").document().json();
            var second = scenario.store.find(PERSONAS, "a").document().json();

            assertThat(second).isSameAs(first);
        }
    }

    @Test
    void find_missing_costsOneStatement() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.database.put("a", "text");
            scenario.check();
            long checks = scenario.database.checks.get();

            scenario.read("a");

            assertThat(scenario.database.checks).hasValue(checks);
            assertThat(scenario.database.finds).hasValue(1);
        }
    }

    @Test
    void find_manyWhileACheckIsUnderWay_shareTheNext() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");
            var checked = scenario.stopAt(Point.CHECK_SENT, "");
            scenario.reading("a");
            checked.awaitReached();
            long checks = scenario.database.checks.get();
            var readings = new ArrayList<Scenario.Reading<String>>();
            for (int i = 0; i < 50; i++) {
                readings.add(scenario.reading("a").awaitWaiting());
            }
            checked.open();

            assertThat(readings).allSatisfy(reading -> assertThat(reading.get()).isEqualTo("text"));
            assertThat(scenario.database.checks).hasValue(checks + 1);
        }
    }

    @Test
    void find_manyOfOneThatChanged_shareItsFill() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");
            scenario.database.put("a", "new");
            long finds = scenario.database.finds.get();
            var filled = scenario.stopAt(Point.FIND_SENT, "a");
            var readings = new ArrayList<Scenario.Reading<String>>();
            readings.add(scenario.reading("a"));
            filled.awaitReached();
            for (int i = 0; i < 20; i++) {
                readings.add(scenario.reading("a").awaitWaiting());
            }
            filled.open();

            assertThat(readings).allSatisfy(reading -> assertThat(reading.get()).isEqualTo("new"));
            assertThat(scenario.database.finds).hasValue(finds + 1);
        }
    }

    @Test
    void find_fillUnderWayIsOlderThanTheRead_isNotAnswered() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.database.put("a", "old");
            scenario.check();
            var filled = scenario.stopAt(Point.FIND_DONE, "a");
            var before = scenario.reading("a");
            filled.awaitReached();
            scenario.database.put("a", "new");
            var after = scenario.reading("a").awaitWaiting();
            filled.open();

            assertThat(before.get()).isEqualTo("old");
            assertThat(after.get()).isEqualTo("new");
        }
    }

    @Test
    void find_fillUnderWayHangs_isReadFromTheDatabase() {
        try (var scenario = new Scenario(Flaw.NONE, Scenario.config(IMPATIENT))) {
            scenario.database.put("a", "text");
            scenario.check();
            var filled = scenario.stopAt(Point.FIND_DONE, "a");
            scenario.reading("a");
            filled.awaitReached();

            assertThat(scenario.read("a")).isEqualTo("text");
        }
    }

    @Test
    void find_filledAheadOfTheChecks_staysWhenTheOlderChangesCome() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.database.put("a", "old");
            scenario.check();
            scenario.database.put("a", "new");
            scenario.database.put("b", "b");
            scenario.read("a");
            long finds = scenario.database.finds.get();

            assertThat(scenario.read("a")).isEqualTo("new");
            assertThat(scenario.database.finds).hasValue(finds);
            scenario.database.put("a", "newest");
            assertThat(scenario.read("a")).isEqualTo("newest");
        }
    }

    @Test
    void find_moreThanIsKept_staysWithinBothBounds() {
        for (var config : new CacheConfig[] {
            new CacheConfig(true, 1 << 20, 10, Scenario.PATIENT, 0),
            new CacheConfig(true, 5_200, 1_000, Scenario.PATIENT, 0)
        }) {
            try (var scenario = new Scenario(Flaw.NONE, config)) {
                IntStream.range(0, 100).forEach(i -> scenario.database.put("" + i, "text"));
                scenario.check();
                IntStream.range(0, 100).forEach(i -> scenario.read("" + i));
                long finds = scenario.database.finds.get();
                IntStream.range(0, 100).forEach(i -> scenario.read("" + i));

                assertThat(scenario.database.finds.get() - finds).isBetween(90L, 100L);
            }
        }
    }

    @Test
    void find_interruptedWhileItWaits_isUnavailableAndTheNextIsNot() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");
            var checked = scenario.stopAt(Point.CHECK_SENT, "");
            var first = scenario.reading("a");
            checked.awaitReached();
            var leader = scenario.reading("a").awaitWaiting();
            var follower = scenario.reading("a").awaitWaiting();
            leader.interrupt();

            assertThatThrownBy(leader::get).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(follower::get).isInstanceOf(StoreUnavailableException.class);
            checked.open();
            assertThat(first.get()).isEqualTo("text");
            assertThat(scenario.read("a")).isEqualTo("text");
        }
    }

    @Test
    void find_checkIsGivenUp_nobodyWaitsForItAndNothingIsKept() {
        try (var scenario = new Scenario(Flaw.NONE, Scenario.config(IMPATIENT.multipliedBy(4)))) {
            scenario.keep("a", "text");
            var first = scenario.stopAt(Point.CHECK_SENT, "");
            var ahead = scenario.reading("a");
            first.awaitReached();
            var leader = scenario.reading("a").awaitWaiting();
            var follower = scenario.reading("a").awaitWaiting();
            var stuck = scenario.stopAt(Point.CHECK_SENT, "");
            first.open();
            ahead.get();
            stuck.awaitReached();

            assertThatThrownBy(() -> scenario.read("a")).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(follower::get).isInstanceOf(StoreUnavailableException.class);
            var mode = new ReadMode.MaxStale(Duration.ofHours(1));
            assertThatThrownBy(() -> scenario.store.find(PERSONAS, "a", mode))
                    .isInstanceOf(StoreUnavailableException.class);
            stuck.open();
            assertThatThrownBy(leader::get).isInstanceOf(StoreUnavailableException.class);
            assertThat(scenario.read("a")).isEqualTo("text");
        }
    }

    @Test
    void findMaxStale_filledFromAnotherHistory_doesNotMixTheTwo() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.database.put("a", "text");
            scenario.check();
            scenario.database.restore(1, "two");
            scenario.database.put("a", "other");
            scenario.read("a");

            var found = scenario.store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

            assertThat(Scenario.text(found)).isEqualTo("other");
            assertThat(found.asOf().incarnation()).isEqualTo("two");
        }
    }

    @Test
    void find_checkBreaks_nobodyWaitsForEver() {
        try (var scenario = new Scenario(Flaw.NONE, Scenario.config(Duration.ofSeconds(2)))) {
            scenario.keep("a", "text");
            scenario.database.hook = (point, id) -> {
                throw new IllegalStateException("broken on purpose");
            };
            assertThatThrownBy(() -> scenario.read("a")).isInstanceOf(IllegalStateException.class);
            scenario.database.hook = (point, id) -> {};

            assertThat(scenario.read("a")).isEqualTo("text");
        }
    }

    @Test
    void commit_anyOutcome_isSeenByTheNextRead() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");

            assertThat(scenario.store.commit(change("a", "new"))).isInstanceOf(Outcome.Committed.class);
            assertThat(scenario.read("a")).isEqualTo("new");
            scenario.database.outcomesUnknown = true;
            assertThat(scenario.store.commit(change("a", "newest"))).isInstanceOf(Outcome.Unknown.class);
            assertThat(scenario.read("a")).isEqualTo("newest");
        }
    }

    private static Edit change(String id, String text) {
        return Edit.of(new Step.Change(
                PERSONAS,
                id,
                any -> true,
                current -> new Rule.Replace(text.getBytes(StandardCharsets.UTF_8), List.of("text"))));
    }

    @Test
    void findAtLeast_reached_asksNobody() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");
            var token = scenario.database.head();
            scenario.database.put("a", "new");
            long checks = scenario.database.checks.get();

            var found = scenario.store.find(PERSONAS, "a", new ReadMode.AtLeast(token));

            assertThat(Scenario.text(found)).isEqualTo("old");
            assertThat(found.asOf()).isEqualTo(token);
            assertThat(scenario.database.checks).hasValue(checks);
        }
    }

    @Test
    void findAtLeast_notReached_isReachedByACheck() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");
            scenario.database.put("a", "new");
            var token = scenario.database.head();

            var found = scenario.store.find(PERSONAS, "a", new ReadMode.AtLeast(token));

            assertThat(Scenario.text(found)).isEqualTo("new");
            assertThat(found.asOf()).isEqualTo(token);
        }
    }

    @Test
    void findAtLeast_aStateThatIsNot_isUnavailable() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");
            var token = new RevisionToken("one", 7);

            assertThatThrownBy(() -> scenario.store.find(PERSONAS, "a", new ReadMode.AtLeast(token)))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }

    @Test
    void findMaxStale_checkedLately_asksNobody() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");
            var token = scenario.database.head();
            scenario.database.put("a", "new");
            long checks = scenario.database.checks.get();

            var found = scenario.store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1)));

            assertThat(Scenario.text(found)).isEqualTo("old");
            assertThat(found.asOf()).isEqualTo(token);
            assertThat(scenario.database.checks).hasValue(checks);
        }
    }

    @Test
    void findMaxStale_pausedSinceItsCheckBegan_checksAgain() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "old");
            var checked = scenario.stopAt(Point.CHECK_DONE, "");
            var reading = scenario.reading("a");
            checked.awaitReached();
            scenario.database.put("a", "new");
            pause(Duration.ofMillis(50));
            checked.open();
            reading.get();

            var found = scenario.store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofMillis(50)));

            assertThat(Scenario.text(found)).isEqualTo("new");
        }
    }

    @Test
    void findMaxStale_checksFail_isUnavailable() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");
            scenario.database.refusing = true;
            assertThatThrownBy(() -> scenario.read("a")).isInstanceOf(StoreUnavailableException.class);

            assertThatThrownBy(() -> scenario.store.find(PERSONAS, "a", new ReadMode.MaxStale(Duration.ofHours(1))))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }

    @Test
    void lastSeen_afterAHit_isNotBehindItsToken() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.keep("a", "text");
            scenario.database.put("b", "b");

            var found = scenario.store.find(PERSONAS, "a");

            assertThat(found.asOf()).isEqualTo(scenario.database.head());
            assertThat(scenario.store.lastSeen()).isEqualTo(found.asOf());
        }
    }

    @Test
    void checkReady_checksFail_isNotReady() {
        try (var scenario = new Scenario(Flaw.NONE)) {
            scenario.store.checkReady();
            scenario.database.refusing = true;

            assertThatThrownBy(scenario.store::checkReady).isInstanceOf(StoreUnavailableException.class);
        }
    }
}
