package dev.mien.checker.history;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// How a history came about.
///
/// @param seed of the workload and of the faults
/// @param metadata whatever else a reader of the history should know, without dates, so that equal runs look equal
public record Header(long seed, Map<String, String> metadata) {
    public Header {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }
}
