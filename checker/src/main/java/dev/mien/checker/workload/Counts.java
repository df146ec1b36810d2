package dev.mien.checker.workload;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;

/// What the clients of one run have in common besides documents and connections.
final class Counts {
    private final LongAdder answered = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder unreachable = new LongAdder();
    private final Map<String, LongAdder> surprises = new ConcurrentHashMap<>();
    private final Set<Integer> workers = new ConcurrentSkipListSet<>();
    private volatile boolean over;

    void answered(boolean answer) {
        (answer ? answered : unanswered).increment();
    }

    void unreachable() {
        unreachable.increment();
    }

    /// An answer that the API does not know.
    void surprise(String what) {
        surprises.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    void met(int worker) {
        workers.add(worker);
    }

    /// The workers that answered at least once.
    Set<Integer> workers() {
        return Set.copyOf(workers);
    }

    Map<String, LongAdder> surprises() {
        return surprises;
    }

    Progress progress(long elapsedNanos) {
        return new Progress(elapsedNanos, answered.sum(), unanswered.sum(), unreachable.sum(), workers.size());
    }

    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }
}
