package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.history.Token;
import dev.mien.checker.verdict.Strength.Settled;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Decides whether the operations of one document are linearizable.
///
/// Every answer names a version, and versions are made one after the other, so the order of the writes is given and
/// nothing has to be guessed. Let the cluster of version *v* be its write *w(v)* and everything that saw *v*. An
/// operation *precedes* another when it ended before the other began. The history is linearizable exactly when
///
/// 1. each version has a write, the conditions of that write held in the version before, and everybody who saw the
///    version saw the fields that follow from the writes up to it;
/// 2. no operation of cluster *v* ended before *w(v)* began;
/// 3. no operation of cluster *u* began after an operation of a higher cluster ended: with *m(u)* the earliest end in
///    the clusters above *u*, no start in *u* is later than *m(u)*.
///
/// **They are needed:** an operation takes effect between its start and its end, *w(v)* before all others of its
/// cluster and after all of the lower clusters.
///
/// **They suffice:** order the operations by version, within a version the write first, then by start. By 1 this is a
/// legal sequential history. Suppose that it broke real time: *a* precedes *b*, yet *b* stands before *a*. If *b* has
/// the lower version, *b* began after *a* of a higher cluster ended, against 3. If both have the same version, *b* is
/// the write, because the others stand by start, and then *a* ended before the write of its version began, against 2.
///
/// A read of the past ([Kind#isOfThePast]) has its effect at its end. It belongs to no place in that order but only
/// behind the write of its version, so 3 is not asked of it. Its end proves to others, as in 2 and 3, that the version
/// was there.
///
/// A write of unknown outcome ends at infinity, so only its start counts; which version it made, if any, is seen by the
/// values it wrote. Where that leaves a choice, [WriterSearch] tries them all. An answer "no such document" that names
/// no version goes to the lowest version that its time allows ([Absences]).
///
/// 2 and 3 cost one sort and one scan. (P. Gibbons and E. Korach, "Testing Shared Memories", 1997, call the clusters
/// zones.)
final class KeyCheck {
    enum Search {
        NOT_NEEDED,
        DONE,
        GAVE_UP
    }

    /// @param search whether unknown writes left a choice
    /// @param settled how the unknown writes turned out
    record Result(Search search, Settled settled) {}

    private final KeyHistory history;
    private final Key key;
    private final Findings findings;
    private final int maximumSearchSteps;

    KeyCheck(KeyHistory history, Findings findings, int maximumSearchSteps) {
        this.history = history;
        this.key = history.key();
        this.findings = findings;
        this.maximumSearchSteps = maximumSearchSteps;
    }

    Result run() {
        long before = findings.total();
        conditions();
        claimedOnce();
        realTime();
        revisions();
        if (failedWritesStayedUnseen() && versionsHaveWriters()) {
            new PayloadCheck(history, findings).run();
        }
        if (findings.total() > before) {
            return new Result(Search.NOT_NEEDED, new Settled(0, 0, history.unknownWrites().length));
        }
        return settle();
    }

    /// A condition that a request named is compared with the version of the answer alone.
    private void conditions() {
        for (var operation : history.all()) {
            if (operation.kind() == Kind.VERSION) {
                asked(operation);
            }
            if (operation.named() == 0 || !operation.kind().isWrite()) {
                continue;
            }
            if (operation.outcome() == Outcome.OK && operation.version() != operation.named() + 1) {
                findings.add(
                        ViolationKind.CONDITION_IGNORED,
                        key,
                        "It named version " + operation.named() + " and made version " + operation.version() + ".",
                        operation,
                        writerOf(operation.version() - 1));
            }
            if (operation.outcome() == Outcome.REFUSED
                    && operation.status() == 412
                    && operation.version() == operation.named()
                    && isOfOneIncarnation(operation)) {
                findings.add(
                        ViolationKind.WRONGLY_REFUSED,
                        key,
                        "It named version " + operation.named() + ", and that is what the refusal calls current.",
                        operation,
                        writerOf(operation.version()));
            }
        }
    }

    /// A version that was asked for by its number is that version, and is there once it was there.
    private void asked(Operation read) {
        if (read.outcome() == Outcome.OK && read.named() > 0 && read.version() != read.named()) {
            findings.add(
                    ViolationKind.OTHER_VERSION,
                    key,
                    "It asked for version " + read.named() + " and was shown version " + read.version() + ".",
                    read);
        }
        if (read.outcome() == Outcome.ABSENT
                && read.named() > 0
                && read.named() <= history.versionReachedBefore(read.invokedNanos())) {
            findings.add(
                    ViolationKind.WRONG_ABSENCE,
                    key,
                    "Version " + read.named() + " was there before the request.",
                    firstSighting(read.named()),
                    read);
        }
    }

    /// Whether everybody who saw the version of this operation saw it in the same incarnation. A condition may else
    /// have named it by the tag that it had in another one, which is refused.
    private boolean isOfOneIncarnation(Operation operation) {
        return history.cluster(history.clusterOf(operation.version())).stream()
                .allMatch(sighting -> sighting.token() == null || sameIncarnation(sighting, operation));
    }

    private @Nullable Operation writerOf(long version) {
        int cluster = history.clusterOf(version);
        return cluster < 0 ? null : history.writer(cluster);
    }

    private void claimedOnce() {
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            var claims = history.claims(cluster);
            if (claims.size() > 1) {
                findings.add(
                        ViolationKind.VERSION_TWICE,
                        key,
                        "Version " + history.version(cluster) + " was given to " + claims.size() + " writes.",
                        claims.get(0),
                        claims.get(1));
            }
        }
    }

    /// Rules 2 and 3, from the highest version down.
    private void realTime() {
        for (int cluster = history.clusters() - 1; cluster >= 0; cluster--) {
            var writer = history.writer(cluster);
            var newer = cluster + 1 < history.clusters() ? history.earliestEnd(cluster + 1) : null;
            for (var operation : history.cluster(cluster)) {
                if (writer != null && operation.precedes(writer)) {
                    findings.add(
                            ViolationKind.READ_FROM_THE_FUTURE,
                            key,
                            "Version " + writer.version() + " was seen before its write began.",
                            operation,
                            writer);
                }
                if (newer != null
                        && newer.precedes(operation)
                        && !operation.kind().isOfThePast()) {
                    olderAfterNewer(operation, newer);
                }
            }
        }
    }

    private void olderAfterNewer(Operation older, Operation newer) {
        var kind = older.kind() == Kind.AT_REST
                ? ViolationKind.LOST_WRITE
                : older.equals(writerOf(older.version())) ? ViolationKind.VERSION_WENT_BACK : ViolationKind.STALE_READ;
        var detail =
                "Version " + older.version() + " came back after version " + newer.version() + " had been answered.";
        findings.add(kind, key, detail, newer, older);
    }

    /// The revisions that a cluster names are one, and higher than that of the cluster below. Revisions of different
    /// incarnations cannot be compared.
    private void revisions() {
        Operation below = null;
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            Operation named = null;
            for (var operation : history.cluster(cluster)) {
                if (operation.revision() == 0) {
                    continue;
                }
                if (named != null && sameIncarnation(named, operation) && named.revision() != operation.revision()) {
                    findings.add(
                            ViolationKind.REVISION_OUT_OF_ORDER,
                            key,
                            "Version " + operation.version() + " has revision " + named.revision() + " and also "
                                    + operation.revision() + ".",
                            named,
                            operation);
                    break;
                }
                named = operation;
            }
            if (below != null
                    && named != null
                    && sameIncarnation(below, named)
                    && below.revision() >= named.revision()) {
                findings.add(
                        ViolationKind.REVISION_OUT_OF_ORDER,
                        key,
                        "Version " + below.version() + " has revision " + below.revision() + ", version "
                                + named.version() + " has " + named.revision() + ".",
                        below,
                        named);
            }
            below = named == null ? below : named;
        }
    }

    private static boolean sameIncarnation(Operation a, Operation b) {
        return Objects.equals(incarnation(a.token()), incarnation(b.token()));
    }

    private static @Nullable String incarnation(@Nullable Token token) {
        return token == null ? null : token.incarnation();
    }

    /// Most values are written by one request only, so whoever sees one saw that request's work.
    private boolean failedWritesStayedUnseen() {
        Map<FieldValue, Operation> failed = new HashMap<>();
        for (var write : history.all()) {
            boolean notApplied = write.outcome() != Outcome.OK && write.outcome() != Outcome.UNKNOWN;
            for (int i = 0; notApplied && i < write.written().size(); i++) {
                if (!write.written().name(i).equals(Fields.ACTIVE)) {
                    failed.put(FieldValue.of(write.written(), i), write);
                }
            }
        }
        for (var write : failed.isEmpty() ? List.<Operation>of() : history.all()) {
            for (int i = 0; i < write.written().size(); i++) {
                failed.computeIfPresent(
                        FieldValue.of(write.written(), i), (value, refused) -> refused.equals(write) ? refused : null);
            }
        }
        for (int cluster = 0; cluster < history.clusters() && !failed.isEmpty(); cluster++) {
            for (var sighting : history.cluster(cluster)) {
                var seen = sighting.seen();
                for (int i = 0; seen != null && i < seen.size(); i++) {
                    var write = failed.get(FieldValue.of(seen, i));
                    if (write != null) {
                        findings.add(
                                ViolationKind.FAILED_WRITE_SEEN,
                                key,
                                seen.name(i) + "=" + seen.value(i) + " was seen in version " + sighting.version() + ".",
                                write,
                                sighting);
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// Counts the versions that nobody acknowledged against the unknown writes that began in time to have made them.
    /// The versions are taken upwards, and the time by which their write must have begun only grows with them, so it is
    /// enough to compare the two counts at each version.
    private boolean versionsHaveWriters() {
        long needed = 0;
        long below = 0;
        int candidates = 0;
        var unknown = history.unknownWrites();
        for (int cluster = 0; cluster <= history.clusters(); cluster++) {
            boolean beyond = cluster == history.clusters();
            long version = beyond ? history.last() + 1 : history.version(cluster);
            long latestStart =
                    beyond ? Operation.NEVER : history.earliestEnd(cluster).endNanos();
            boolean acknowledged = beyond || !history.claims(cluster).isEmpty() || history.deletion(cluster) != null;
            needed += version - below - 1 + (acknowledged ? 0 : 1);
            while (candidates < unknown.length && unknown[candidates].invokedNanos() <= latestStart) {
                candidates++;
            }
            if (needed > candidates) {
                findings.add(
                        ViolationKind.VERSION_WITHOUT_WRITER,
                        key,
                        "Up to version " + (beyond ? history.last() : version) + " there are " + needed
                                + " versions that nobody acknowledged, and " + candidates
                                + " unknown writes that began in time.",
                        beyond ? null : history.earliestEnd(cluster),
                        cluster == 0 ? null : history.cluster(cluster - 1).getFirst(),
                        candidates == unknown.length ? null : unknown[candidates]);
                return false;
            }
            below = version;
        }
        return true;
    }

    private Result settle() {
        boolean atRest = history.all().stream().anyMatch(operation -> operation.kind() == Kind.AT_REST);
        int unknown = history.unknownWrites().length;
        boolean open = hasOpenVersion();
        if (!open && history.absences().length == 0) {
            return new Result(Search.NOT_NEEDED, atRest ? new Settled(0, unknown, 0) : new Settled(0, 0, unknown));
        }
        var search = new WriterSearch(history, maximumSearchSteps);
        switch (search.run()) {
            case EXPLAINED -> {
                return new Result(Search.DONE, search.settled(atRest));
            }
            case GAVE_UP -> {
                return new Result(Search.GAVE_UP, new Settled(0, 0, unknown));
            }
            case IMPOSSIBLE -> report(search);
        }
        return new Result(Search.DONE, new Settled(0, 0, unknown));
    }

    private boolean hasOpenVersion() {
        long written = 0;
        for (int cluster = 0; cluster < history.clusters(); cluster++) {
            written += history.writer(cluster) == null ? 0 : 1;
        }
        return written < history.last();
    }

    private void report(WriterSearch search) {
        var absence = search.misplacedAbsence();
        if (absence != null) {
            long version = history.versionReachedBefore(absence.invokedNanos());
            findings.add(
                    absence.kind() == Kind.AT_REST ? ViolationKind.LOST_WRITE : ViolationKind.WRONG_ABSENCE,
                    key,
                    "Version " + version + " was there before the request, and no deleted version fits its time.",
                    firstSighting(version),
                    absence);
            return;
        }
        var unknown = Arrays.asList(history.unknownWrites());
        findings.add(
                ViolationKind.NO_EXPLANATION,
                key,
                "The search got as far as version " + search.deepestVersion() + ".",
                firstSighting(search.deepestVersion() - 1),
                search.deepestFailure(),
                unknown.isEmpty() ? null : unknown.getFirst(),
                unknown.size() < 2 ? null : unknown.get(1));
    }

    private @Nullable Operation firstSighting(long version) {
        int cluster = history.clusterOf(version);
        if (cluster < 0) {
            return null;
        }
        var writer = history.writer(cluster);
        return writer != null ? writer : history.cluster(cluster).getFirst();
    }
}
