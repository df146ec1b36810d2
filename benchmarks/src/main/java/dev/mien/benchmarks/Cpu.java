package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Processor time of processes, from `/proc/<pid>/stat` (proc(5)), which counts in hundredths of a second.
final class Cpu {
    private static final long TICK_NANOS = 10_000_000;

    private Cpu() {}

    /// What this process has used so far.
    static long ownNanos() {
        return nanos("self", false);
    }

    /// What the children of a process have used so far, those that ended not counted.
    static long childrenNanos(long pid) {
        return nanos(ProcessHandle.of(pid).map(ProcessHandle::children).orElse(Stream.empty()));
    }

    /// What a process and all that it started have used so far, those that ended counted once they were waited for.
    static long familyNanos(long pid) {
        var all = Stream.concat(
                Stream.of(pid),
                ProcessHandle.of(pid)
                        .map(ProcessHandle::descendants)
                        .orElse(Stream.empty())
                        .map(ProcessHandle::pid));
        return all.mapToLong(one -> nanos(Long.toString(one), one == pid)).sum();
    }

    private static long nanos(Stream<ProcessHandle> processes) {
        return processes
                .mapToLong(process -> nanos(Long.toString(process.pid()), false))
                .sum();
    }

    private static long nanos(String pid, boolean withEndedChildren) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            // The name in parentheses may hold spaces; the fields behind it begin with the third.
            var fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
            long ticks = 0;
            for (int field = 14; field <= (withEndedChildren ? 17 : 15); field++) {
                ticks += Long.parseLong(fields.get(field - 3));
            }
            return ticks * TICK_NANOS;
        } catch (IOException ended) {
            return 0;
        }
    }
}
