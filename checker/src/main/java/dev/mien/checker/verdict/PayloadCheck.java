package dev.mien.checker.verdict;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Replays the writes of one document upwards and compares each version with what everybody saw of it.
///
/// It convicts only on what the acknowledged writes alone prove. A field that an unknown write may have changed since
/// its last known value is let pass, if an unknown write carries the value that was seen; [WriterSearch] decides about
/// it. The first wrong version ends the replay, because every later one would repeat the fault.
final class PayloadCheck {
    /// @param value null when the document has no such field
    /// @param version the last known one that wrote it, or left it out
    private record Known(
            @Nullable String value, long version, @Nullable Operation writer) {}

    private final KeyHistory history;
    private final Key key;
    private final Findings findings;
    private final Map<String, Known> fields = new HashMap<>();
    private final Set<FieldValue> unknownValues = new HashSet<>();
    private Known otherFields = new Known(null, 0, null);
    private long lastOpenVersion;

    PayloadCheck(KeyHistory history, Findings findings) {
        this.history = history;
        this.key = history.key();
        this.findings = findings;
        for (var write : history.unknownWrites()) {
            for (int i = 0; i < write.written().size(); i++) {
                unknownValues.add(FieldValue.of(write.written(), i));
            }
        }
    }

    void run() {
        long before = findings.total();
        for (int cluster = 0; cluster < history.clusters() && findings.total() == before; cluster++) {
            var writer = history.writer(cluster);
            long below = cluster == 0 ? 0 : history.version(cluster - 1);
            if (history.version(cluster) > below + 1) {
                lastOpenVersion = history.version(cluster) - 1;
            }
            if (writer == null) {
                lastOpenVersion = history.version(cluster);
            } else {
                apply(writer);
            }
            for (var sighting : history.cluster(cluster)) {
                if (!compare(sighting, writer)) {
                    break;
                }
            }
        }
    }

    private void apply(Operation write) {
        boolean first = write.version() == 1;
        if (first && !write.kind().replacesAll()) {
            findings.add(ViolationKind.IMPOSSIBLE_WRITE, key, "There was no document to change.", write);
        }
        if (write.kind() == Kind.CREATE && !first) {
            var active = known(Fields.ACTIVE);
            if (isCertain(active) && !"false".equals(active.value)) {
                findings.add(
                        ViolationKind.IMPOSSIBLE_WRITE,
                        key,
                        "The document was there, and not deleted.",
                        active.writer,
                        write);
            }
        }
        if (write.kind().replacesAll()) {
            fields.clear();
            otherFields = new Known(null, write.version(), write);
        }
        for (int i = 0; i < write.written().size(); i++) {
            fields.put(write.written().name(i), new Known(write.written().value(i), write.version(), write));
        }
    }

    private Known known(String field) {
        return fields.getOrDefault(field, otherFields);
    }

    private boolean isCertain(Known known) {
        return lastOpenVersion <= known.version;
    }

    private boolean compare(Operation sighting, @Nullable Operation writer) {
        if (sighting.outcome() == Outcome.ABSENT && !mayShow(Fields.ACTIVE, "false")) {
            findings.add(
                    ViolationKind.WRONG_ABSENCE,
                    key,
                    "It names version " + sighting.version() + ", which is not deleted.",
                    known(Fields.ACTIVE).writer,
                    writer,
                    sighting);
            return false;
        }
        if (sighting.isAcknowledgedWrite()
                && sighting.kind() == Kind.DELETE
                && !sighting.equals(writer)
                && !mayShow(Fields.ACTIVE, "false")) {
            findings.add(
                    ViolationKind.VERSION_TWICE,
                    key,
                    "The delete names version " + sighting.version()
                            + ", which another write made, and which is not deleted.",
                    writer,
                    sighting);
            return false;
        }
        var seen = sighting.seen();
        if (seen == null) {
            return true;
        }
        for (int i = 0; i < seen.size(); i++) {
            if (!mayShow(seen.name(i), seen.value(i))) {
                report(seen.name(i), seen.value(i), sighting, writer);
                return false;
            }
        }
        if (sighting.kind().showsOnlySome()) {
            return true;
        }
        for (var entry : fields.entrySet()) {
            if (isCertain(entry.getValue()) && seen.get(entry.getKey()) == null) {
                report(entry.getKey(), null, sighting, writer);
                return false;
            }
        }
        return true;
    }

    private boolean mayShow(String field, String value) {
        var known = known(field);
        return value.equals(known.value)
                || (!isCertain(known)
                        && (field.equals(Fields.ACTIVE) || unknownValues.contains(new FieldValue(field, value))));
    }

    private void report(String field, @Nullable String seen, Operation sighting, @Nullable Operation writer) {
        var expected = known(field);
        var detail = "Version " + sighting.version() + " should show " + field + "=" + expected.value
                + (isCertain(expected) ? "" : " or the value of an unknown write") + ", and shows "
                + (seen == null ? "no such field." : field + "=" + seen + ".");
        var sources = seen == null ? List.<Operation>of() : writesOf(field, seen);
        if (seen != null && sources.isEmpty()) {
            findings.add(ViolationKind.VALUE_FROM_NOWHERE, key, detail, expected.writer, writer, sighting);
            return;
        }
        var source = sources.isEmpty() ? null : sources.getFirst();
        boolean lost = expected.version < sighting.version()
                && (source == null || (source.version() > 0 && source.version() < expected.version));
        findings.add(
                lost ? ViolationKind.MERGE_LOST_FIELD : ViolationKind.WRONG_PAYLOAD,
                key,
                detail,
                source,
                expected.writer,
                writer,
                sighting);
    }

    private List<Operation> writesOf(String field, String value) {
        return history.all().stream()
                .filter(operation -> value.equals(operation.written().get(field)))
                .toList();
    }
}
