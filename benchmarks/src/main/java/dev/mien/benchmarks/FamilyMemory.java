package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a process and all that it started take in memory, from `/proc/<pid>/smaps_rollup` (proc(5)).
///
/// @param residentBytes pages that several of them share count once for each
/// @param proportionalBytes pages that several processes share count by shares, so this is what would be free without
///     them
record FamilyMemory(long residentBytes, long proportionalBytes) {
    private static final FamilyMemory NONE = new FamilyMemory(0, 0);

    static FamilyMemory of(long pid) {
        return ProcessHandle.of(pid)
                .map(process -> Stream.concat(Stream.of(process), process.descendants()))
                .orElse(Stream.empty())
                .map(process -> ofOne(process.pid()))
                .reduce(NONE, FamilyMemory::plus);
    }

    private static FamilyMemory ofOne(long pid) {
        try {
            return parse(Files.readString(Path.of("/proc", Long.toString(pid), "smaps_rollup")));
        } catch (IOException ended) {
            return NONE;
        }
    }

    /// @param rollup the text of the file
    static FamilyMemory parse(String rollup) {
        return new FamilyMemory(bytes(rollup, "Rss:"), bytes(rollup, "Pss:"));
    }

    private static long bytes(String rollup, String name) {
        return rollup.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> 1_024 * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private FamilyMemory plus(FamilyMemory other) {
        return new FamilyMemory(residentBytes + other.residentBytes, proportionalBytes + other.proportionalBytes);
    }
}
