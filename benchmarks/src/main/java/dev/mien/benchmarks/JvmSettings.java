package dev.mien.benchmarks;

import java.util.List;

/// A choice of settings for the JVMs of workers, to be compared with what Mien comes with.
///
/// @param flags of `mien serve`
/// @param javaOptions separated by spaces; empty for none
record JvmSettings(String name, List<String> flags, String javaOptions) {
    static final List<JvmSettings> ALL = List.of(
            // The same twice: how far figures differ that should be equal.
            new JvmSettings("as shipped, again", List.of(), ""),
            collector("Parallel", 64),
            collector("G1", 64),
            collector("Serial", 256),
            collector("Parallel", 256),
            collector("G1", 256),
            collector("Z", 256),
            collector("Serial", 32),
            collector("Serial", 128),
            collector("Serial", 512),
            carriers(1),
            carriers(2),
            carriers(4));

    private static JvmSettings collector(String name, int heapMegabytes) {
        return new JvmSettings(
                (name.equals("Z") ? "ZGC" : name) + ", " + heapMegabytes + " MB of heap",
                List.of("--worker-heap-megabytes=" + heapMegabytes),
                "-XX:+Use" + name + "GC");
    }

    private static JvmSettings carriers(int count) {
        return new JvmSettings(
                count + (count == 1 ? " carrier thread" : " carrier threads"),
                List.of(),
                "-Djdk.virtualThreadScheduler.parallelism=" + count);
    }
}
