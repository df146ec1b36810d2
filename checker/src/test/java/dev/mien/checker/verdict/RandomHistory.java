package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.FinalDocument;
import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/// A small history of one document, from a server that is linearizable, and spoiled afterwards on demand. The server's
/// habits (what it makes of deleted documents, how much its answers tell, how often they get lost) differ with the
/// seed.
final class RandomHistory {
    private static final Key KEY = new Key("personas", "ophelia");
    private static final long AT_REST = 1_000;

    /// A request and the moment at which it takes effect.
    private record Planned(Operation request, long effect, long end) {}

    private final Random random;
    private final List<Operation> operations = new ArrayList<>();
    private final boolean deletedIsAbsent;
    private final boolean absenceNamesVersion;
    private final boolean deletesTwice;
    private final boolean refusalNamesVersion;
    private final int unknownPercent;
    private final int patchPercent;
    private final List<Fields> versions = new ArrayList<>();
    private long version;
    private Fields fields;
    private FinalDocument atRest;

    RandomHistory(long seed) {
        this.random = new Random(seed);
        this.deletedIsAbsent = random.nextBoolean();
        this.absenceNamesVersion = random.nextBoolean();
        this.deletesTwice = random.nextBoolean();
        this.refusalNamesVersion = random.nextInt(4) > 0;
        this.unknownPercent = random.nextInt(3) * 30;
        this.patchPercent = random.nextInt(60);
        plan().stream().sorted(Comparator.comparingLong(Planned::effect)).forEach(this::execute);
        rest();
    }

    private List<Planned> plan() {
        var plan = new ArrayList<Planned>();
        int clients = 2 + random.nextInt(4);
        int sequence = 0;
        for (int client = 0; client < clients; client++) {
            long now = client == 0 ? 0 : 5 + random.nextInt(10);
            for (int i = 1 + random.nextInt(14 / clients); i > 0; i--) {
                long effect = now + random.nextInt(12);
                long end = effect + random.nextInt(12);
                var request = Operation.invoked(client, ++sequence, kind(sequence), KEY, now);
                plan.add(new Planned(request.writing(written(request)), effect, end));
                now = end + random.nextInt(6);
            }
        }
        return plan;
    }

    private Kind kind(int sequence) {
        if (sequence == 1 && random.nextInt(4) > 0) {
            return random.nextBoolean() ? Kind.CREATE : Kind.PUT;
        }
        if (random.nextInt(100) < patchPercent) {
            return random.nextInt(4) == 0 ? Kind.PATCH_IF_MATCH : Kind.PATCH;
        }
        var kinds = Kind.values();
        var kind = kinds[random.nextInt(kinds.length - 1)];
        return kind.isChange() ? Kind.VERSION : kind; // Changes are judged by another rule, too.
    }

    private Fields written(Operation request) {
        var value = "w" + request.sequence();
        return switch (request.kind()) {
            case CREATE, PUT -> {
                var all = Fields.of(Fields.ACTIVE, random.nextInt(8) == 0 ? "false" : "true")
                        .with("name", value);
                yield random.nextInt(3) == 0 ? all : all.with("bio", value);
            }
            case PATCH, PATCH_IF_MATCH ->
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> Fields.of("name", value);
                    case 3, 4, 5 -> Fields.of("bio", value);
                    case 6 -> Fields.of("name", value).with("bio", value);
                    default -> Fields.of("name", value).with(Fields.ACTIVE, random.nextBoolean() ? "true" : "false");
                };
            default -> request.written();
        };
    }

    private void execute(Planned planned) {
        var request = planned.request;
        if (request.kind() == Kind.PATCH_IF_MATCH || (request.kind() == Kind.PUT && random.nextInt(4) == 0)) {
            request = request.naming(Math.max(1, version - (random.nextInt(3) == 0 ? 1 : 0)));
        }
        if (request.kind() == Kind.RESTORE) {
            request = request.naming(Math.max(1, version - (random.nextInt(3) == 0 ? 1 : 0)))
                    .writing(
                            versions.isEmpty()
                                    ? Fields.of("name", "w" + request.sequence())
                                    : versions.get(random.nextInt(versions.size())));
        }
        if (request.kind() == Kind.VERSION) {
            operations.add(
                    random.nextInt(8) == 0 ? request.failed(planned.end, 503, 0) : earlier(request, planned.end));
            return;
        }
        if (request.kind().isWrite() && random.nextInt(100) < unknownPercent) {
            if (random.nextBoolean()) {
                answer(request, planned.end);
            }
            long gaveUp = request.invokedNanos() + random.nextInt((int) (planned.end - request.invokedNanos()) + 1);
            operations.add(request.unknown(gaveUp, 0, -1));
            return;
        }
        operations.add(
                switch (random.nextInt(24)) {
                    case 0 -> request.failed(planned.end, 503, 0);
                    case 1 -> naming(request.refused(planned.end, 422, 0), refusalNamesVersion && fields != null);
                    default -> answer(request, planned.end);
                });
    }

    private Operation earlier(Operation request, long end) {
        int asked = 1 + random.nextInt(versions.size() + 1);
        boolean byNumber = random.nextInt(3) > 0;
        var named = byNumber ? request.naming(asked) : request;
        return asked > versions.size()
                ? named.absent(end, 404, 0)
                : named.ok(end, 200, 0, asked).withSeen(versions.get(asked - 1));
    }

    /// What the server does with the request, and answers.
    private Operation answer(Operation request, long end) {
        boolean gone = fields == null || fields.isDeleted();
        boolean creates = request.kind() == Kind.CREATE || request.kind() == Kind.PUT;
        if (request.kind() == Kind.CREATE && !gone) {
            return naming(request.refused(end, 409, 0), refusalNamesVersion);
        }
        if (!creates && (fields == null || (gone && deletedIsAbsent && request.kind() != Kind.DELETE))) {
            return naming(request.absent(end, 404, 0), absenceNamesVersion && fields != null);
        }
        if (request.kind().isWrite() && request.named() > 0 && request.named() != version) {
            return naming(request.refused(end, 412, 0), refusalNamesVersion && version > 0);
        }
        if (request.kind().isWrite() && !(request.kind() == Kind.DELETE && gone && !deletesTwice)) {
            version++;
            fields = request.kind().replacesAll() ? request.written() : fields.with(request.written());
            versions.add(fields);
        }
        var answer = request.ok(end, 200, 0, version);
        return switch (request.kind()) {
            case CONDITIONAL_GET, DELETE -> answer;
            case LIST_ENTRY -> answer.withSeen(Fields.of("name", fields.get("name")));
            case HISTORY -> answer;
            case GET, BY_USERNAME, LABELLED, FOUND, RESTORE -> answer.withSeen(fields);
            default -> random.nextBoolean() ? answer : answer.withSeen(fields);
        };
    }

    private Operation naming(Operation answer, boolean names) {
        return names ? answer.withVersion(version) : answer;
    }

    private void rest() {
        if (random.nextInt(4) > 0) {
            boolean shown = fields != null;
            atRest = new FinalDocument(0, KEY, version, 0, shown ? fields : Fields.NONE);
        }
    }

    /// Changes something, so that the history may have become impossible (but need not have).
    void spoil() {
        var operationsBefore = List.copyOf(operations);
        var atRestBefore = atRest;
        while (operations.equals(operationsBefore) && Objects.equals(atRest, atRestBefore)) {
            trySpoiling();
        }
    }

    private void trySpoiling() {
        int index = random.nextInt(operations.size());
        var victim = operations.get(index);
        switch (random.nextInt(10)) {
            case 0, 1 -> {
                if (victim.isSighting()) {
                    operations.set(index, victim.withVersion(Math.max(1, victim.version() + random.nextInt(5) - 2)));
                }
            }
            case 2, 3 -> {
                if (victim.seen() != null) {
                    operations.set(index, victim.withSeen(spoiled(victim.seen())));
                }
            }
            case 4, 5 -> operations.set(index, as(victim.kind(), victim, random.nextInt(81) - 40));
            case 6 -> operations.remove(index);
            case 7 -> {
                var request = request(victim);
                operations.set(
                        index,
                        victim.outcome() == Outcome.OK && random.nextBoolean()
                                ? request.unknown(victim.completedNanos(), 0, -1)
                                : request.failed(victim.completedNanos(), 503, 0));
            }
            case 8 -> {
                if (victim.kind() == Kind.PUT) {
                    operations.set(index, as(Kind.CREATE, victim, 0));
                }
            }
            default -> {
                if (atRest != null && atRest.version() > 0) {
                    boolean older = random.nextBoolean();
                    atRest = new FinalDocument(
                            0,
                            KEY,
                            older ? atRest.version() - 1 : atRest.version(),
                            0,
                            older ? atRest.fields() : spoiled(atRest.fields()));
                }
            }
        }
        if (operations.isEmpty()) {
            operations.add(victim);
        }
    }

    /// The request alone, as it was before any answer.
    private static Operation request(Operation answered) {
        return Operation.invoked(
                        answered.client(),
                        answered.sequence(),
                        answered.kind(),
                        answered.key(),
                        answered.invokedNanos())
                .naming(answered.named())
                .writing(answered.written());
    }

    private Fields spoiled(Fields seen) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < seen.size(); i++) {
            map.put(seen.name(i), seen.value(i));
        }
        var fieldsToSpoil = List.of("name", "bio", Fields.ACTIVE);
        var field = fieldsToSpoil.get(random.nextInt(3));
        if (random.nextInt(4) == 0) {
            map.remove(field);
        } else if (field.equals(Fields.ACTIVE)) {
            map.put(field, random.nextBoolean() ? "true" : "false");
        } else {
            map.put(field, "w" + (1 + random.nextInt(operations.size() + 1)));
        }
        return Fields.of(map);
    }

    /// The same operation as another kind, or at another time.
    private static Operation as(Kind kind, Operation victim, long by) {
        var moved = Operation.invoked(
                        victim.client(), victim.sequence(), kind, victim.key(), victim.invokedNanos() + by)
                .naming(victim.named())
                .writing(victim.written());
        long end = victim.completedNanos() + by;
        return switch (victim.outcome()) {
            case OK -> moved.ok(end, victim.status(), 0, victim.version()).withSeen(victim.seen());
            case ABSENT -> moved.absent(end, victim.status(), 0).withVersion(victim.version());
            case REFUSED -> moved.refused(end, victim.status(), 0).withVersion(victim.version());
            case FAILED -> moved.failed(end, victim.status(), 0);
            case UNKNOWN -> moved.unknown(end, victim.status(), -1);
        };
    }

    History history() {
        var state = atRest == null ? null : new FinalState(AT_REST, List.of(atRest), null);
        return new History(new Header(0, Map.of()), List.copyOf(operations), List.of(), state);
    }

    /// The same operations, and the state at rest as a read like any other.
    List<Operation> operationsWithRest() {
        var all = new ArrayList<>(operations);
        if (atRest != null) {
            var read = Operation.invoked(-1, -1, Kind.AT_REST, KEY, AT_REST);
            all.add(
                    atRest.version() == 0
                            ? read.absent(AT_REST, 404, 0)
                            : read.ok(AT_REST, 200, 0, atRest.version()).withSeen(atRest.fields()));
        }
        return all;
    }
}
