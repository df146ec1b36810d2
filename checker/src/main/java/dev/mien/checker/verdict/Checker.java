package dev.mien.checker.verdict;

import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Judges a history.
///
/// Linearizability is local: a history is linearizable when the operations of each document are, so each is judged
/// alone ([KeyCheck]). What concerns the whole store comes after: tokens and revisions ([RevisionCheck]), the feed
/// ([FeedCheck]), the state at rest and the change log ([RestCheck]).
///
/// The store may get a new incarnation during the run, as in a failover. A document's versions go on all the same, so
/// the documents are judged as ever, and what the new history has lost or made anew is a violation. Only tokens and
/// revisions are compared within one incarnation alone.
public final class Checker {
    private final CheckConfig config;

    public Checker(CheckConfig config) {
        this.config = config;
    }

    public Verdict check(History history) {
        var findings = new Findings();
        var meter = new StrengthMeter();
        var state = history.finalState();
        var lastLogged = lastLogged(state);
        var atRest = byKey(state == null ? List.of() : RestCheck.reads(state));
        byKey(history.operations()).forEach((key, operations) -> {
            if (isSomebodyElses(operations)) {
                return;
            }
            meter.add(operations);
            operations.addAll(atRest.getOrDefault(key, List.of()));
            var ofKey = new KeyHistory(key, operations, lastLogged.getOrDefault(key, 0L));
            meter.add(new KeyCheck(ofKey, findings, config.maximumSearchSteps()).run());
        });
        var revisions = new RevisionCheck(history.operations(), findings);
        revisions.run();
        new FeedCheck(history.operations(), findings).run(state);
        if (state != null) {
            new RestCheck(state, history.operations(), findings).run();
        }
        return verdict(findings, meter.strength(history, revisions.incarnations()));
    }

    /// Whoever follows the feed hears of all documents.
    private static boolean isSomebodyElses(List<Operation> operations) {
        return operations.stream().allMatch(operation -> operation.kind().isChange());
    }

    private Verdict verdict(Findings findings, Strength strength) {
        if (findings.total() > 0) {
            return new Verdict.Failed(strength, findings.counts(), findings.kept());
        }
        if (strength.undecidedKeys() > 0) {
            return new Verdict.VoidRun(
                    strength,
                    "On " + strength.undecidedKeys()
                            + " documents, unanswered writes left too many choices to try them all.");
        }
        if (strength.overlappingReads() < config.minimumOverlaps()) {
            return new Verdict.VoidRun(
                    strength,
                    "Only " + strength.overlappingReads()
                            + " reads overlapped a write of the same document; a proof takes "
                            + config.minimumOverlaps() + ".");
        }
        return new Verdict.Passed(strength);
    }

    private static Map<Key, List<Operation>> byKey(List<Operation> operations) {
        var byKey = new LinkedHashMap<Key, List<Operation>>();
        for (var operation : operations) {
            byKey.computeIfAbsent(operation.key(), key -> new ArrayList<>()).add(operation);
        }
        return byKey;
    }

    private static Map<Key, Long> lastLogged(@Nullable FinalState state) {
        var last = new HashMap<Key, Long>();
        var log = state == null ? null : state.log();
        if (log != null) {
            log.changes().forEach(change -> last.merge(change.key(), change.version(), Math::max));
        }
        return last;
    }
}
