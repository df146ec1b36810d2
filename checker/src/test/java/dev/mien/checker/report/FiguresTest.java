package dev.mien.checker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.report.Histogram.Bucket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Key OPHELIA = new Key("personas", "ophelia");
    private static final Key HAMLET = new Key("personas", "hamlet");
    private static final long MILLISECOND = 1_000_000;

    private long sequence;

    @Test
    void of_noOperations_isEmpty() {
        var figures = figures();

        assertThat(figures.durationNanos()).isZero();
        assertThat(figures.kinds()).isEmpty();
        assertThat(figures.readLatency()).isNull();
        assertThat(figures.slices().slices()).hasSize(1);
    }

    @Test
    void of_aHundredLatencies_takesPercentilesByNearestRank() {
        var operations = new Operation[100];
        for (int i = 0; i < 100; i++) {
            operations[i] = get(OPHELIA, 1_000, 1_000 + (100 - i) * MILLISECOND, 1);
        }

        var latency = figures(operations).readLatency();

        assertThat(latency)
                .isEqualTo(new Percentiles(
                        100,
                        50 * MILLISECOND,
                        90 * MILLISECOND,
                        99 * MILLISECOND,
                        100 * MILLISECOND,
                        100 * MILLISECOND));
    }

    @Test
    void of_everyOutcome_countsAndTimesOnlyAnswers() {
        var figures = figures(
                patch(0).ok(10, 200, 0, 2),
                patch(0).refused(30, 412, 0),
                patch(0).failed(40, 503, 0),
                patch(0).unknown(50, 0, -1),
                patch(0));

        var patches = figures.kinds().getFirst();
        assertThat(patches.outcomes())
                .isEqualTo(Map.of(Outcome.OK, 1L, Outcome.REFUSED, 1L, Outcome.FAILED, 1L, Outcome.UNKNOWN, 2L));
        assertThat(patches.latency()).isEqualTo(new Percentiles(2, 10, 30, 30, 30, 30));
        assertThat(figures.writeLatency()).isEqualTo(patches.latency());
        assertThat(figures.durationNanos()).isEqualTo(50);
    }

    @Test
    void of_run_putsWhatEndedIntoItsSlice() {
        var figures = figures(
                get(OPHELIA, 0, MILLISECOND, 1),
                get(OPHELIA, 0, 12 * MILLISECOND, 1),
                patch(5 * MILLISECOND).ok(25 * MILLISECOND, 200, 0, 2),
                patch(11 * MILLISECOND).failed(12 * MILLISECOND, 503, 0),
                patch(15 * MILLISECOND),
                get(OPHELIA, 2, 30 * MILLISECOND, 2));

        var slices = figures.slices().slices();
        assertThat(figures.slices().sliceNanos()).isEqualTo(10 * MILLISECOND + 1);
        assertThat(slices).extracting(TimeSlices.Slice::reads).containsExactly(1L, 1L, 1L);
        assertThat(slices).extracting(TimeSlices.Slice::writes).containsExactly(0L, 0L, 1L);
        assertThat(slices).extracting(TimeSlices.Slice::failed).containsExactly(0L, 1L, 0L);
        assertThat(slices).extracting(TimeSlices.Slice::unknown).containsExactly(0L, 1L, 0L);
        assertThat(slices.get(1).readLatency().maximum()).isEqualTo(12 * MILLISECOND);
        assertThat(slices.get(1).writeLatency()).isNull();
    }

    @Test
    void of_longRun_hasAsManySlicesAsItsOperationsFillAndAPlotCanShow() {
        assertThat(slicesOfADay(2)).isEqualTo(60);
        assertThat(slicesOfADay(2_000)).isEqualTo(100);
        assertThat(slicesOfADay(20_000)).isEqualTo(400);
    }

    private int slicesOfADay(int operations) {
        var reads = new Operation[operations];
        for (int i = 0; i < operations; i++) {
            long from = i * (86_400_000 * MILLISECOND / (operations - 1));
            reads[i] = get(OPHELIA, from, from + 1, 1);
        }
        var slices = figures(reads).slices().slices();
        assertThat(slices.getFirst().reads()).isPositive();
        assertThat(slices.getLast().reads()).isPositive();
        assertThat(slices.stream().mapToLong(TimeSlices.Slice::reads).sum()).isEqualTo(operations);
        return slices.size();
    }

    @Test
    void staleness_olderVersionAfterANewerOneWasAnswered_isTimeSinceItsFirstAnswer() {
        var staleness = staleness(
                patch(0).ok(10, 200, 0, 1),
                patch(20).ok(1_000, 200, 0, 2),
                get(OPHELIA, 30, 500, 2),
                patch(1_010).ok(1_020, 200, 0, 3),
                get(OPHELIA, 20_500, 20_600, 1));

        assertThat(staleness.total()).isEqualTo(2);
        assertThat(staleness.maximum()).isEqualTo(20_000);
        assertThat(staleness.buckets()).containsExactly(new Bucket(0, 1, 1), new Bucket(10_000, 30_000, 1));
    }

    @Test
    void staleness_readOverlapsTheWriteOrAnotherDocumentChanged_isFresh() {
        var staleness = staleness(
                patch(0).ok(10, 200, 0, 1),
                patch(20).ok(100, 200, 0, 2),
                get(OPHELIA, 100, 200, 1),
                get(HAMLET, 300, 400, 1),
                patch(210).unknown(220, 0, -1),
                get(OPHELIA, 300, 400, 2));

        assertThat(staleness.total()).isEqualTo(3);
        assertThat(staleness.zeros()).isEqualTo(3);
    }

    @Test
    void staleness_answersWithoutAVersionAndWrites_areNoReads() {
        var staleness = staleness(
                patch(0).ok(10, 200, 0, 1),
                Operation.invoked(0, ++sequence, Kind.GET, OPHELIA, 20).absent(30, 404, 0),
                patch(20).naming(1).refused(30, 412, 0).withVersion(1));

        assertThat(staleness.total()).isZero();
        assertThat(staleness.buckets()).isEmpty();
    }

    @Test
    void probes_readsAfterWrites_areTimesSinceTheNewestAcknowledgement() {
        var probes = figures(
                        get(OPHELIA, 0, 5, 1),
                        patch(0).ok(10, 200, 0, 1),
                        patch(20).ok(1_000, 200, 0, 2),
                        patch(30).unknown(40, 0, -1),
                        get(OPHELIA, 510, 600, 1),
                        get(OPHELIA, 1_000, 2_100, 2),
                        get(OPHELIA, 6_000, 7_000, 2),
                        get(HAMLET, 1_002, 1_100, 1))
                .freshness()
                .probes();

        assertThat(probes.buckets())
                .containsExactly(new Bucket(1, 1_000, 2), new Bucket(1_000, 3_000, 0), new Bucket(3_000, 10_000, 1));
        assertThat(probes.below(1_000)).isEqualTo(2);
        assertThat(probes.maximum()).isEqualTo(5_000);
    }

    private Histogram staleness(Operation... operations) {
        return figures(operations).freshness().staleness();
    }

    private static Figures figures(Operation... operations) {
        return Figures.of(new History(new Header(1, Map.of()), List.of(operations), List.of(), null));
    }

    private Operation get(Key key, long from, long to, long version) {
        return Operation.invoked(0, ++sequence, Kind.GET, key, from).ok(to, 200, 1, version);
    }

    private Operation patch(long from) {
        return Operation.invoked(0, ++sequence, Kind.PATCH, OPHELIA, from).writing(Fields.of("name", "w" + sequence));
    }
}
