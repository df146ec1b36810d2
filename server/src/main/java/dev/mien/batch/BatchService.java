package dev.mien.batch;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.http.Origins;
import dev.mien.http.ProblemException;
import dev.mien.store.Edit;
import dev.mien.store.Origin;
import dev.mien.store.Outcome;
import dev.mien.store.RequestKey;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out many operations at once.
///
/// **A batch with a key happens once.** One that is atomic is a single edit with that key. In others each operation has
/// a key of its own, made of the batch's and its position, and all have the fingerprint of the whole request. The
/// batch's own key is remembered first, so that the same key with another body is refused before anything is done.
final class BatchService {
    private static final Logger log = LoggerFactory.getLogger(BatchService.class);
    /// So many edits are handed over together. Their documents are all in memory until the last is answered.
    private static final int AT_ONCE = 100;

    private static final int MOST_ERRORS = 50;

    private final Store store;

    BatchService(Store store) {
        this.store = store;
    }

    /// @param asOf a state that has the edits in it
    record Results(List<Result> results, RevisionToken asOf) {}

    /// Does all of them or none.
    ///
    /// @throws ProblemException if one is refused; it names the first such one
    Results atomic(List<Operation> operations, Origin origin, boolean dryRun) {
        requireAccepted(operations);
        var steps = new ArrayList<Step>();
        operations.forEach(operation -> steps.add(Objects.requireNonNull(operation.step())));
        var outcome = store.commit(new Edit(steps, dryRun ? withoutKey(origin) : origin, dryRun));
        var committed = committed(operations, outcome);
        var results = new ArrayList<Result>();
        for (int i = 0; i < operations.size(); i++) {
            results.add(Result.of(operations.get(i).kind(), committed.written().get(i)));
        }
        if (!dryRun && !committed.repeated()) {
            log.info(
                    "Batch of {} operations: revision {}",
                    operations.size(),
                    committed.asOf().revision());
        }
        return new Results(results, committed.asOf());
    }

    /// Refuses all if one was refused before the store is asked, and says so of each.
    private static void requireAccepted(List<Operation> operations) {
        ProblemException first = null;
        var errors = new ArrayList<Violation>();
        for (var operation : operations) {
            if (operation.refusal() != null) {
                var placed = placed(operation.position(), operation.refusal());
                first = first == null ? placed : first;
                errors.addAll(Objects.requireNonNull(placed.problem().errors()));
            }
        }
        if (first != null) {
            throw new ProblemException(
                    first.problem().withErrors(errors.subList(0, Math.min(errors.size(), MOST_ERRORS))), first.asOf());
        }
    }

    private static Outcome.Committed committed(List<Operation> operations, Outcome outcome) {
        int position = switch (outcome) {
            case Outcome.NotFound missing -> missing.step();
            case Outcome.Conflict conflict -> conflict.step();
            case Outcome.Taken taken -> taken.step();
            case Outcome.Refused refused -> refused.step();
            case Outcome.Referenced referenced -> referenced.step();
            case Outcome.Gone gone -> gone.step();
            default -> -1;
        };
        var operation = operations.get(Math.max(position, 0));
        try {
            return operation
                    .service()
                    .committed(outcome, Objects.requireNonNull(operation.step()).id());
        } catch (ProblemException e) {
            throw position < 0 ? e : placed(position, e);
        }
    }

    /// The problem of one operation as that of the batch.
    private static ProblemException placed(int position, ProblemException e) {
        String at = "/operations/" + position;
        var problem = e.problem();
        var errors = problem.errors() == null
                ? List.of(new Violation(at, problem.detail()))
                : problem.errors().stream()
                        .map(error -> new Violation(
                                error.pointer().equals("/id") ? at + "/id" : at + "/body" + error.pointer(),
                                error.detail()))
                        .toList();
        return new ProblemException(
                problem.withDetail("Operation " + position + ": " + problem.detail())
                        .withErrors(errors),
                e.asOf());
    }

    /// Does each for itself, in their order.
    ///
    /// @param stop whether to try none behind the first that is refused; then there are fewer results
    /// than operations
    Results independent(List<Operation> operations, Origin origin, boolean dryRun, boolean stop) {
        var given = dryRun ? withoutKey(origin) : origin;
        if (given.key() != null) {
            operations.getFirst().service().committed(store.commit(new Edit(List.of(), given, false)), "batch");
        }
        var results = new ArrayList<Result>();
        var asOf = store.lastSeen();
        boolean stopped = false;
        int atOnce = stop ? 1 : AT_ONCE;
        for (int from = 0; from < operations.size() && !stopped; from += atOnce) {
            var some = operations.subList(from, Math.min(from + atOnce, operations.size()));
            var accepted =
                    some.stream().filter(operation -> operation.step() != null).toList();
            var outcomes = store.commitAll(accepted.stream()
                            .map(operation -> edit(operation, given, dryRun))
                            .toList())
                    .iterator();
            for (var operation : some) {
                if (operation.refusal() != null) {
                    results.add(Result.of(operation.refusal().problem()));
                } else {
                    asOf = add(results, operation, outcomes.next(), asOf);
                }
            }
            stopped = stop && results.getLast().problem() != null;
        }
        if (!dryRun) {
            long done =
                    results.stream().filter(result -> result.written() != null).count();
            log.info("Batch of {} operations: {} done", operations.size(), done);
        }
        return new Results(results, asOf);
    }

    private static Edit edit(Operation operation, Origin origin, boolean dryRun) {
        var signed = Origins.with(origin, operation.actor(), operation.message());
        var key = signed.key();
        // No key of a client has a line break, so this is nobody else's.
        var own = key == null ? null : new RequestKey(key.key() + "\n" + operation.position(), key.fingerprint());
        return new Edit(
                List.of(Objects.requireNonNull(operation.step())),
                new Origin(signed.actor(), signed.message(), own),
                dryRun);
    }

    private static RevisionToken add(
            List<Result> results, Operation operation, Supplier<Outcome> outcome, RevisionToken asOf) {
        try {
            var committed = operation
                    .service()
                    .committed(
                            outcome.get(),
                            Objects.requireNonNull(operation.step()).id());
            results.add(Result.of(operation.kind(), committed.written().getFirst()));
            return committed.asOf();
        } catch (ProblemException e) {
            results.add(Result.of(e.problem()));
            return e.asOf() == null ? asOf : e.asOf();
        } catch (RuntimeException e) {
            log.error("Operation {} of a batch failed", operation.position(), e);
            results.add(Result.of(Problem.of(ProblemType.INTERNAL, "The server met a fault of its own.")));
            return asOf;
        }
    }

    private static Origin withoutKey(Origin origin) {
        return new Origin(origin.actor(), origin.message(), null);
    }
}
