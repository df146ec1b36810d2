package dev.mien.checker.history;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lets operations share what is equal in them, which halves the memory of a history. Keys and incarnations are few and
/// kept for good. Fields are many, but equal ones come close together (the readers of one version), so a table in which
/// a newcomer displaces whoever had its place finds most of them and never grows.
final class Interner {
    private static final int PLACES = 1 << 16;

    private final Map<Key, Key> keys = new HashMap<>();
    private final Map<String, String> incarnations = new HashMap<>();
    private final @Nullable Fields[] fields = new @Nullable Fields[PLACES];

    Operation intern(Operation operation) {
        var seen = operation.seen();
        var token = operation.token();
        return new Operation(
                operation.client(),
                operation.sequence(),
                operation.kind(),
                key(operation.key()),
                operation.invokedNanos(),
                operation.completedNanos(),
                operation.outcome(),
                operation.status(),
                operation.worker(),
                operation.named(),
                operation.version(),
                operation.revision(),
                fields(operation.written()),
                seen == null ? null : fields(seen),
                token == null ? null : new Token(incarnation(token.incarnation()), token.revision()));
    }

    Key key(Key key) {
        var known = keys.putIfAbsent(key, key);
        return known == null ? key : known;
    }

    Fields fields(Fields candidate) {
        int hash = candidate.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        var present = fields[place];
        if (present != null && present.equals(candidate)) {
            return present;
        }
        fields[place] = candidate;
        return candidate;
    }

    private String incarnation(String incarnation) {
        var known = incarnations.putIfAbsent(incarnation, incarnation);
        return known == null ? incarnation : known;
    }
}
