package dev.mien.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.store.Outcome.Committed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Which versions a store forgets when it is told to prune. The clock is the test's.
public interface PruningContract {
    Collection PERSONAS = new Collection("personas", List.of(), "owner_id");
    Collection USERS = new Collection("users", List.of("username", "email"), "");
    Collection LABELS = new Collection("labels", List.of(), "persona_id");

    Store store();

    @Test
    default void prune_keepVersions_keepsTheNewestOfEachDocument() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 5);
        create(USERS, "b");
        change(USERS, "b", 2);

        long pruned = pruneAll(new HistoryConfig(2, Duration.ZERO), days(2));

        assertThat(pruned).isEqualTo(5);
        assertThat(readable(PERSONAS, "a")).containsExactly(6L, 5L);
        assertThat(readable(USERS, "b")).containsExactly(3L, 2L);
        assertThat(store().history(PERSONAS, "a", Long.MAX_VALUE, 10).versions())
                .hasSize(6)
                .allSatisfy(version -> assertThat(version.actor()).isEqualTo("anna"));
        assertThat(pruneAll(new HistoryConfig(2, Duration.ZERO), days(2))).isZero();
    }

    @Test
    default void prune_keepFor_keepsTheYoungAndAlwaysTheCurrent() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 2);

        assertThat(pruneAll(new HistoryConfig(0, Duration.ofDays(30)), days(29)))
                .isZero();
        assertThat(pruneAll(new HistoryConfig(0, Duration.ofDays(30)), days(31)))
                .isEqualTo(2);
        assertThat(readable(PERSONAS, "a")).containsExactly(3L);
    }

    @Test
    default void prune_bothRules_eachKeepsWhatTheOtherLetsGo() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 3);
        var rules = new HistoryConfig(3, Duration.ofDays(30));

        assertThat(pruneAll(rules, days(29))).isZero();
        assertThat(pruneAll(rules, days(31))).isEqualTo(1);
        assertThat(readable(PERSONAS, "a")).containsExactly(4L, 3L, 2L);
    }

    @Test
    default void prune_whatARepeatedRequestMayAskFor_stays() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 3);

        assertThat(pruneAll(new HistoryConfig(1, Duration.ZERO), Instant.now().plus(Duration.ofHours(23))))
                .isZero();
        assertThat(readable(PERSONAS, "a")).hasSize(4);
    }

    @Test
    default void prune_labelledVersion_staysUntilTheLabelMoves() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 4);
        label("a", "production", 2);
        var rules = new HistoryConfig(1, Duration.ZERO);

        pruneAll(rules, days(2));
        assertThat(readable(PERSONAS, "a")).containsExactly(5L, 2L);

        label("a", "production", 5);
        pruneAll(rules, days(2));
        assertThat(readable(PERSONAS, "a")).containsExactly(5L);
        assertThat(label("a", "production", 2)).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    default void prune_manyVersions_isDoneInBoundedParts() {
        create(PERSONAS, "a");
        change(PERSONAS, "a", 249);

        var first = store().prune(new HistoryConfig(1, Duration.ZERO), 0, days(2));

        assertThat(first.versions()).isEqualTo(100);
        assertThat(first.atEnd()).isFalse();
        assertThat(pruneAll(new HistoryConfig(1, Duration.ZERO), days(2))).isEqualTo(149);
        assertThat(readable(PERSONAS, "a")).containsExactly(250L);
    }

    @Test
    default void prune_whileLabelsMove_neverTakesWhatALabelNames() throws Exception {
        int count = 100;
        create(PERSONAS, "a");
        var rules = new HistoryConfig(1, Duration.ZERO);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Callable<List<Long>> labelling = () -> {
                var labelled = new ArrayList<Long>();
                for (long version = 1; version <= count; version++) {
                    change(PERSONAS, "a", 1, "v" + version); // From now on this version may go.
                    if (label("a", "l" + version, version) instanceof Committed) {
                        labelled.add(version);
                    }
                }
                return labelled;
            };
            var labelled = threads.submit(labelling);
            var pruning = threads.submit(() -> {
                do {
                    pruneAll(rules, days(2));
                } while (!labelled.isDone());
            });
            pruning.get();
            pruneAll(rules, days(2));

            var expected = new ArrayList<>(labelled.get().reversed());
            expected.addFirst(count + 1L);
            assertThat(labelled.get()).isNotEmpty();
            assertThat(readable(PERSONAS, "a")).containsExactlyElementsOf(expected);
        }
    }

    private static Instant days(long count) {
        return Instant.now().plus(Duration.ofDays(count));
    }

    private long pruneAll(HistoryConfig rules, Instant now) {
        long count = 0;
        var pruned = store().prune(rules, 0, now);
        count += pruned.versions();
        while (!pruned.atEnd()) {
            pruned = store().prune(rules, pruned.upTo(), now);
            count += pruned.versions();
        }
        return count;
    }

    private void create(Collection collection, String id) {
        commit(new Step.Create(collection, id, body("0")));
    }

    private void change(Collection collection, String id, int times) {
        change(collection, id, times, "");
    }

    private void change(Collection collection, String id, int times, String text) {
        for (int i = 1; i <= times; i++) {
            byte[] body = body(text + i);
            commit(new Step.Change(
                    collection, id, current -> true, current -> new Rule.Replace(body, List.of("name"))));
        }
    }

    private static byte[] body(String text) {
        return ("{\"name\":\"" + text + "\",\"username\":\"u" + text + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private void commit(Step step) {
        assertThat(store().commit(new Edit(List.of(step), new Origin("anna", "", null), false)))
                .isInstanceOf(Committed.class);
    }

    private Outcome label(String persona, String name, long version) {
        byte[] body = ("{\"persona_id\":\"" + persona + "\",\"label\":\"" + name + "\",\"target\":" + version + "}")
                .getBytes(StandardCharsets.UTF_8);
        var needed = new Step.Needed(PERSONAS, persona, version);
        return store().commit(Edit.of(new Step.Save(LABELS, persona + "~" + name, current -> true, body, needed)));
    }

    private List<Long> readable(Collection collection, String id) {
        var versions = new ArrayList<Long>();
        for (var version : store().history(collection, id, Long.MAX_VALUE, 500).versions()) {
            var found = store().findVersion(collection, id, version.version()).version();
            if (found != null && found.document() != null) {
                versions.add(version.version());
            }
        }
        return versions;
    }
}
