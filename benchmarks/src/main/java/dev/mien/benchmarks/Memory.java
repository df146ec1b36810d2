package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Resident memory of processes, from `/proc/<pid>/status` (proc(5)). Pages that a process shares with others, such as
/// those of the JVM's own files, count in full.
final class Memory {
    private Memory() {}

    /// What the largest of a process's children takes; 0 without children.
    static long largestChildBytes(long pid) {
        return ProcessHandle.of(pid)
                .map(ProcessHandle::children)
                .orElse(Stream.empty())
                .mapToLong(child -> bytes(child.pid()))
                .max()
                .orElse(0);
    }

    private static long bytes(long pid) {
        try {
            return residentBytes(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
        } catch (IOException ended) {
            return 0;
        }
    }

    /// @param status the text of the file
    static long residentBytes(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1_024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
