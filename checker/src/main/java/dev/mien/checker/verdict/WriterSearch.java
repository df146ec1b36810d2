package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.verdict.Strength.Settled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks for unknown writes that explain the versions of one document that nobody acknowledged: which of them happened,
/// and in which order. It runs after the other checks found nothing, and only where there is such an *open* version.
///
/// It replays the versions upwards and tries, at each open one, the writes that began in time, until all that was seen
/// fits, stepping back where it does not. Three things keep that short; none of them loses an explanation:
///
/// - Values are unique, so a write whose value was seen can only be itself. Of the other writes it does not matter
///   which one it was: values that nobody saw are all the same here ([#UNSEEN]), and writes that are the same then are
///   one [Candidate] with several members, used in the order in which they began. (The time by which the write of a
///   version must have begun grows with the version, so a member that fits now fits later.)
/// - A write whose value was seen has to be placed before it was seen. When as many such writes are waiting as
///   there are open versions for them, nothing else is tried.
/// - A value that is shown next, before any acknowledged write replaces it, must not be overwritten, unless the
///   write that carries it is still to be placed. When that leaves too few writes for the open versions up to there, or
///   forbids one that is waited for, nothing is tried at all.
///
/// The search is bounded all the same: on a document with very many unanswered writes it may give up, and says so.
final class WriterSearch {
    enum Answer {
        EXPLAINED,
        IMPOSSIBLE,
        GAVE_UP
    }

    /// Stands for every value that no answer showed.
    private static final String UNSEEN = "\0unseen";

    private final KeyHistory history;
    private final int maximumSteps;
    private final int last;
    private final int[] clusterOf;
    private final int[] openVersionsUpTo;
    private final List<Candidate> candidates;
    private final List<Candidate> waitedFor;
    private final Map<FieldValue, List<Candidate>> carriers = new HashMap<>();
    private final Map<Integer, Map<String, String>> shownNext = new HashMap<>();
    private final Absences absences;

    // The path: what has been chosen so far. Entries of versions not yet reached are left over from other paths.
    private int version = 1;
    private @Nullable Fields document;
    private final BitSet deleted = new BitSet();
    private final long[] latestWriterStart;

    private int deepestVersion;
    private @Nullable Operation deepestFailure;
    private @Nullable Operation misplacedAbsence;

    WriterSearch(KeyHistory history, int maximumSteps) {
        this.history = history;
        this.maximumSteps = maximumSteps;
        this.last = Math.toIntExact(history.last());
        this.clusterOf = new int[last + 1];
        Arrays.fill(clusterOf, -1);
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            clusterOf[Math.toIntExact(history.version(cluster))] = cluster;
        }
        this.openVersionsUpTo = new int[last + 1];
        for (int v = 1; v <= last; v++) {
            openVersionsUpTo[v] = openVersionsUpTo[v - 1] + (writer(v) == null ? 1 : 0);
        }
        this.candidates = candidates();
        this.waitedFor = candidates.stream()
                .filter(candidate -> candidate.seenAt < Long.MAX_VALUE)
                .sorted(Comparator.comparingLong(candidate -> candidate.seenAt))
                .toList();
        lookAhead();
        this.absences = new Absences(history);
        this.latestWriterStart = new long[last + 1];
        latestWriterStart[0] = Long.MIN_VALUE;
        deleted.set(0);
    }

    Answer run() {
        var choices = new ArrayDeque<Choice>();
        for (int step = 0; step < maximumSteps; step++) {
            if (replayToOpenVersion()) {
                if (version > last) {
                    if (absencesFit()) {
                        return Answer.EXPLAINED;
                    }
                } else {
                    choices.push(new Choice(version, document));
                }
            }
            if (!takeNext(choices)) {
                return Answer.IMPOSSIBLE;
            }
        }
        return Answer.GAVE_UP;
    }

    private static boolean takeNext(Deque<Choice> choices) {
        while (!choices.isEmpty() && !choices.element().takeNext()) {
            choices.remove();
        }
        return !choices.isEmpty();
    }

    /// Applies the certain writes up to the next open version or the end. False when one of them does not fit.
    private boolean replayToOpenVersion() {
        while (version <= last) {
            var writer = writer(version);
            if (writer == null) {
                return true;
            }
            if (!isPossible(writer.kind(), document)) {
                fail(version, writer);
                return false;
            }
            var after = apply(writer.kind(), writer.written(), document);
            if (!explains(after, version)) {
                return false;
            }
            enter(after, writer.invokedNanos());
        }
        return true;
    }

    private @Nullable Operation writer(int version) {
        return clusterOf[version] < 0 ? null : history.writer(clusterOf[version]);
    }

    private List<Operation> sightings(int version) {
        return clusterOf[version] < 0 ? List.of() : history.cluster(clusterOf[version]);
    }

    private static boolean isPossible(Kind kind, @Nullable Fields before) {
        return switch (kind) {
            case CREATE -> before == null || before.isDeleted();
            case PUT -> true;
            default -> before != null;
        };
    }

    private static Fields apply(Kind kind, Fields written, @Nullable Fields before) {
        return kind.replacesAll() || before == null ? written : before.with(written);
    }

    private void enter(Fields after, long writerStart) {
        document = after;
        deleted.set(version, after.isDeleted());
        latestWriterStart[version] = Math.max(latestWriterStart[version - 1], writerStart);
        version++;
    }

    /// Whether everybody who saw this version saw these fields.
    private boolean explains(Fields fields, int version) {
        for (var sighting : sightings(version)) {
            var seen = sighting.seen();
            boolean shown =
                    seen == null || (sighting.kind().showsOnlySome() ? fields.contains(seen) : fields.equals(seen));
            boolean written = sighting.outcome() != Outcome.OK || fields.contains(sighting.written());
            boolean gone = sighting.outcome() != Outcome.ABSENT || fields.isDeleted();
            if (!shown || !written || !gone) {
                fail(version, sighting);
                return false;
            }
        }
        return true;
    }

    private void fail(int version, @Nullable Operation operation) {
        if (version > deepestVersion) {
            deepestVersion = version;
            deepestFailure = operation;
        }
    }

    private boolean absencesFit() {
        misplacedAbsence = history.absences().length == 0
                ? null
                : absences.firstWithoutPlace(deleted, latestWriterStart, deletionBeyond());
        return misplacedAbsence == null;
    }

    /// The moment at which unknown writes that are left over had begun that can delete the document after its last
    /// version, with nobody seeing their versions; [Operation#NEVER] when there are none. Besides the delete it can
    /// take others: a delete that names version *n* needs a write of each version from here to *n*.
    private long deletionBeyond() {
        var leftOver = new ArrayList<Operation>();
        for (var candidate : candidates) {
            leftOver.addAll(candidate.members.subList(candidate.used, candidate.members.size()));
        }
        leftOver.sort(Comparator.comparingLong(Operation::invokedNanos));
        var deletes = new ArrayList<Operation>();
        var named = new HashSet<Long>();
        long unconditional = 0;
        for (var write : leftOver) {
            if (write.kind() == Kind.CREATE) {
                continue;
            }
            if (write.written().isDeleted()) {
                deletes.add(write);
            } else if (write.named() == 0) {
                unconditional++;
            } else {
                named.add(write.named());
            }
            for (var delete : deletes) {
                if (delete.named() == 0
                        || (delete.named() >= last && missing(named, delete.named()) <= unconditional)) {
                    return write.invokedNanos();
                }
            }
        }
        return Operation.NEVER;
    }

    private long missing(Set<Long> named, long end) {
        return end - last - named.stream().filter(n -> n >= last && n < end).count();
    }

    /// The answer "no such document" that had no place although everything else did, null when it did not come to that.
    @Nullable Operation misplacedAbsence() {
        return misplacedAbsence;
    }

    /// The highest version that could not be explained.
    int deepestVersion() {
        return deepestVersion;
    }

    /// What could not be explained there, null when no write was left to try.
    @Nullable Operation deepestFailure() {
        return deepestFailure;
    }

    /// How the unknown writes turned out, after [Answer#EXPLAINED].
    ///
    /// @param atRest whether the history tells the last version for certain
    Settled settled(boolean atRest) {
        long seen = 0;
        long used = 0;
        long unused = 0;
        for (var candidate : candidates) {
            if (candidate.seenAt < Long.MAX_VALUE) {
                seen += candidate.members.size();
            } else {
                used += candidate.used;
                unused += candidate.members.size() - candidate.used;
            }
        }
        if (unused == 0) {
            return new Settled(seen + used, 0, 0);
        }
        return used == 0 && atRest ? new Settled(seen, unused, 0) : new Settled(seen, 0, used + unused);
    }

    /// One open version of the path, and the writes that may have made it.
    private final class Choice {
        private final int version;
        private final @Nullable Fields before;
        private final List<Candidate> options;
        private int next;
        private @Nullable Candidate taken;

        Choice(int version, @Nullable Fields before) {
            this.version = version;
            this.before = before;
            this.options = options(version, before);
            if (options.isEmpty()) {
                fail(version, null);
            }
        }

        /// Takes back what it chose last and chooses the next that fits. False when nothing is left.
        boolean takeNext() {
            if (taken != null) {
                taken.used--;
                taken = null;
            }
            while (next < options.size()) {
                var option = options.get(next++);
                var after = apply(option.kind, option.fields, before);
                if (explains(after, version)) {
                    WriterSearch.this.version = version;
                    enter(after, option.nextMember().invokedNanos());
                    option.used++;
                    taken = option;
                    return true;
                }
            }
            return false;
        }
    }

    private List<Candidate> options(int version, @Nullable Fields before) {
        long waiting = waitingUntil(version);
        long latestStart = history.earliestEndFrom(version);
        var options = new ArrayList<Candidate>();
        var deletion = clusterOf[version] < 0 ? null : history.deletion(clusterOf[version]);
        if (deletion != null && waiting == Long.MAX_VALUE) {
            var acknowledged = new Candidate(new Shape(Kind.DELETE, 0, deletion.written()));
            acknowledged.members.add(deletion);
            addIfFits(options, acknowledged, version, before, latestStart);
        }
        int blind = blindVersions(version);
        int usable = options.size();
        for (var candidate : candidates) {
            if (overwritesNothingShown(candidate, version)) {
                if (candidate.seenAt <= waiting) {
                    usable += candidate.leftUntil(latestStart);
                    addIfFits(options, candidate, version, before, latestStart);
                }
            } else if (candidate.used == 0 && candidate.seenAt < version + blind) {
                return List.of();
            }
        }
        return usable < blind ? List.of() : options;
    }

    private static void addIfFits(
            List<Candidate> options, Candidate candidate, int version, @Nullable Fields before, long latestStart) {
        if (candidate.fits(version, before) && candidate.nextMember().invokedNanos() <= latestStart) {
            options.add(candidate);
        }
    }

    /// How many open versions follow each other from this one on without anybody having sighted them, and the one they
    /// end in. What may not be used for the first of them may not be used for the others either (but for its condition,
    /// or an acknowledged delete of the last), so all of them have to come from what is usable now.
    private int blindVersions(int version) {
        int end = version;
        while (end < last && clusterOf[end] < 0 && isBlind(end + 1)) {
            end++;
        }
        return end - version + 1;
    }

    private boolean isBlind(int version) {
        return writer(version) == null && (clusterOf[version] < 0 || history.deletion(clusterOf[version]) == null);
    }

    /// When the writes that are waited for leave no open version to others: up to which version that is so. No limit is
    /// [Long#MAX_VALUE]. When there are more of them than open versions: 0.
    private long waitingUntil(int version) {
        int waiting = 0;
        for (var candidate : waitedFor) {
            if (candidate.used == 0) {
                waiting++;
                int open = openVersionsUpTo[(int) candidate.seenAt] - openVersionsUpTo[version - 1];
                if (waiting >= open) {
                    return waiting == open ? candidate.seenAt : 0;
                }
            }
        }
        return Long.MAX_VALUE;
    }

    private boolean overwritesNothingShown(Candidate candidate, int version) {
        var next = shownNext.getOrDefault(version, Map.of());
        for (int i = 0; i < candidate.fields.size(); i++) {
            var field = candidate.fields.name(i);
            var shown = next.get(field);
            if (shown == null || field.equals(Fields.ACTIVE) || shown.equals(candidate.fields.value(i))) {
                continue;
            }
            var waiting = carriers.getOrDefault(new FieldValue(field, shown), List.of());
            if (waiting.stream().noneMatch(carrier -> carrier.used < carrier.members.size())) {
                return false;
            }
        }
        return true;
    }

    /// For each open version, the values that are shown of it or of a later one before an acknowledged write replaces
    /// them.
    private void lookAhead() {
        var next = new HashMap<String, String>();
        for (int v = last; v >= 1; v--) {
            for (var sighting : sightings(v)) {
                var seen = sighting.seen();
                for (int i = 0; seen != null && i < seen.size(); i++) {
                    next.put(seen.name(i), seen.value(i));
                }
            }
            var writer = writer(v);
            if (writer == null) {
                shownNext.put(v, Map.copyOf(next));
            } else if (writer.kind().replacesAll()) {
                next.clear();
            } else {
                for (int i = 0; i < writer.written().size(); i++) {
                    next.remove(writer.written().name(i));
                }
            }
        }
    }

    /// What a write does, without the values that nobody saw.
    private record Shape(Kind kind, long named, Fields fields) {}

    /// Unknown writes that do the same, as far as anybody can tell.
    private static final class Candidate {
        private final Kind kind;
        private final long named;
        private final Fields fields;
        private final List<Operation> members = new ArrayList<>();
        private int used;

        /// The version in which a value that only this write carries was first seen.
        private long seenAt = Long.MAX_VALUE;

        Candidate(Shape shape) {
            this.kind = shape.kind;
            this.named = shape.named;
            this.fields = shape.fields;
        }

        boolean fits(int version, @Nullable Fields before) {
            return used < members.size() && (named == 0 || named + 1 == version) && isPossible(kind, before);
        }

        /// How many members are not used and began in time.
        int leftUntil(long latestStart) {
            int left = 0;
            while (used + left < members.size() && members.get(used + left).invokedNanos() <= latestStart) {
                left++;
            }
            return left;
        }

        Operation nextMember() {
            return members.get(used);
        }
    }

    /// A value that an unknown write carries: how many writes carry it, and the first version in which it was seen.
    private static final class Mark {
        private int carriers;
        private long seenAt = Long.MAX_VALUE;
    }

    private List<Candidate> candidates() {
        var marks = marks();
        var byShape = new LinkedHashMap<Shape, Candidate>();
        for (var write : history.unknownWrites()) {
            var canonical = new HashMap<String, String>();
            long seenAt = Long.MAX_VALUE;
            for (int i = 0; i < write.written().size(); i++) {
                var field = write.written().name(i);
                var value = write.written().value(i);
                var mark = marks.getOrDefault(new FieldValue(field, value), new Mark());
                boolean unique = mark.carriers == 1 && !field.equals(Fields.ACTIVE);
                canonical.put(field, unique && mark.seenAt == Long.MAX_VALUE ? UNSEEN : value);
                seenAt = unique ? Math.min(seenAt, mark.seenAt) : seenAt;
            }
            var kind = write.kind() == Kind.PATCH_IF_MATCH ? Kind.PATCH : write.kind();
            var shape = new Shape(kind, write.named(), Fields.of(canonical));
            var candidate = byShape.computeIfAbsent(shape, Candidate::new);
            candidate.members.add(write);
            candidate.seenAt = seenAt;
            for (int i = 0; i < write.written().size(); i++) {
                var value =
                        new FieldValue(write.written().name(i), write.written().value(i));
                carriers.computeIfAbsent(value, v -> new ArrayList<>()).add(candidate);
            }
        }
        return List.copyOf(byShape.values());
    }

    private Map<FieldValue, Mark> marks() {
        var marks = new HashMap<FieldValue, Mark>();
        for (var write : history.unknownWrites()) {
            for (int i = 0; i < write.written().size(); i++) {
                var value =
                        new FieldValue(write.written().name(i), write.written().value(i));
                marks.computeIfAbsent(value, v -> new Mark()).carriers++;
            }
        }
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            for (var sighting : history.cluster(cluster)) {
                var written = sighting.outcome() == Outcome.OK ? sighting.written() : Fields.NONE;
                for (int i = 0; i < written.size(); i++) {
                    var mark = marks.get(new FieldValue(written.name(i), written.value(i)));
                    if (mark != null) {
                        mark.carriers++;
                    }
                }
                var seen = sighting.seen();
                for (int i = 0; seen != null && i < seen.size(); i++) {
                    var mark = marks.get(new FieldValue(seen.name(i), seen.value(i)));
                    if (mark != null) {
                        mark.seenAt = Math.min(mark.seenAt, sighting.version());
                    }
                }
            }
        }
        return marks;
    }
}
