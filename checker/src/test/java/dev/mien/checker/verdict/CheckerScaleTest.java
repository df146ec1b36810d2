package dev.mien.checker.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.FinalDocument;
import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A long run is judged in seconds and in the memory of a test, although its hottest document gets a third of all
/// requests and one write in a thousand is never answered. `-Dchecker.operations=2000000` makes it longer.
class CheckerScaleTest {
    private static final int OPERATIONS = Integer.getInteger("checker.operations", 300_000);
    private static final int KEYS = 1_000;

    private final Random random = new Random(42);
    private final long[] versions = new long[KEYS];
    private final long[] revisions = new long[KEYS];
    private final Fields[] documents = new Fields[KEYS];
    private final List<Key> keys = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private long revision;

    @Test
    void check_longRun_passesInSeconds() {
        for (int i = 0; i < KEYS; i++) {
            keys.add(new Key("personas", "p" + i));
        }
        for (int i = 0; i < OPERATIONS; i++) {
            operations.add(operation(i));
        }
        var history = new History(new Header(42, Map.of()), operations, List.of(), rest());
        long start = System.nanoTime();

        var verdict = new Checker(CheckConfig.DEFAULT).check(history);

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(verdict.strength().unknown().happened()).isPositive();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    }

    /// What a killed worker leaves behind: its last batch of commits, all on one document, all unanswered.
    @Test
    void check_burstsOfUnansweredWrites_areSortedOut() {
        keys.add(new Key("personas", "hot"));
        versions[0] = 1;
        documents[0] = Fields.of(Map.of("bio", "b", "name", "n", "tags", "t", "age", "a", Fields.ACTIVE, "true"));
        operations.add(Operation.invoked(0, 0, Kind.CREATE, keys.get(0), 0)
                .writing(documents[0])
                .ok(1, 201, 0, 1));
        for (int burst = 1; burst <= 100; burst++) {
            long now = burst * 1_000L;
            for (int i = 0; i < 64; i++) {
                var written = patch("w" + burst + "." + i);
                operations.add(Operation.invoked(i, burst * 100 + i, Kind.PATCH, keys.get(0), now + i)
                        .writing(written)
                        .unknown(now + 500, 0, -1));
                if (random.nextInt(3) > 0) {
                    documents[0] = documents[0].with(written);
                    versions[0]++;
                }
            }
            operations.add(Operation.invoked(0, burst * 100 + 99, Kind.GET, keys.get(0), now + 600)
                    .ok(now + 700, 200, 0, versions[0])
                    .withSeen(documents[0]));
        }

        var verdict = new Checker(new CheckConfig(0, CheckConfig.DEFAULT.maximumSearchSteps()))
                .check(new History(new Header(42, Map.of()), operations, List.of(), null));

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
    }

    private Fields patch(String value) {
        var names = List.of("bio", "name", "tags", "age");
        var patch = Fields.of(names.get(random.nextInt(4)), value);
        return random.nextBoolean() ? patch : patch.with(names.get(random.nextInt(4)), value);
    }

    private Operation operation(int sequence) {
        long effect = sequence * 100L;
        int key = random.nextInt(3) == 0 ? 0 : random.nextInt(KEYS);
        long start = effect - random.nextInt(10_000);
        long end = effect + random.nextInt(10_000);
        var document = documents[key];
        var token = new Token("incarnation", revision + (document == null ? 1 : 0));
        if (document != null && random.nextInt(3) > 0) {
            return Operation.invoked(sequence % 64, sequence, Kind.GET, keys.get(key), start)
                    .ok(end, 200, sequence % 4, versions[key])
                    .withRevision(revisions[key])
                    .withSeen(document)
                    .withToken(token);
        }
        versions[key]++;
        revisions[key] = ++revision;
        var value = "w" + sequence;
        var written = document == null
                ? Fields.of(Map.of("bio", value, "name", value, "tags", value, Fields.ACTIVE, "true"))
                : Fields.of(List.of("bio", "name", "tags").get(random.nextInt(3)), value);
        documents[key] = document == null ? written : document.with(written);
        var write = Operation.invoked(
                        sequence % 64, sequence, document == null ? Kind.CREATE : Kind.PATCH, keys.get(key), start)
                .writing(written);
        return random.nextInt(1_000) == 0
                ? write.unknown(end, 0, -1)
                : write.ok(end, 200, sequence % 4, versions[key])
                        .withRevision(revision)
                        .withSeen(documents[key])
                        .withToken(new Token("incarnation", revision));
    }

    private FinalState rest() {
        var rest = new ArrayList<FinalDocument>();
        for (int key = 0; key < KEYS; key++) {
            for (int worker = 0; worker < 4 && documents[key] != null; worker++) {
                rest.add(new FinalDocument(worker, keys.get(key), versions[key], revisions[key], documents[key]));
            }
        }
        return new FinalState(OPERATIONS * 100L + 10_000, rest, null);
    }
}
