package dev.mien.checker.report;

import dev.mien.checker.verdict.Strength;
import java.util.ArrayList;
import java.util.List;

/// One line of the answer to "how hard did the run try?"
///
/// @param partOfAbove whether it tells more of the nearest line above that is no such part
/// @param note a share, a rate, or nothing
record Fact(boolean partOfAbove, String label, String value, String note) {
    static List<Fact> of(Strength strength, Figures figures) {
        var facts = new ArrayList<Fact>();
        facts.add(fact("operations", strength.operations(), ""));
        facts.add(new Fact(
                false,
                "duration",
                Words.duration(figures.durationNanos()),
                Words.count(figures.answersPerSecond()) + " answers/s"));
        facts.add(fact("reads answered", strength.reads(), ""));
        facts.add(part(
                "while a write of the same document was under way", strength.overlappingReads(), strength.reads()));
        facts.add(part(
                "by another worker than the last write before them", strength.crossWorkerReads(), strength.reads()));
        facts.add(fact("writes acknowledged", strength.writes(), ""));
        addUnknown(strength.unknown(), facts);
        addFaults(strength, facts);
        facts.add(new Fact(
                false,
                "longest time without an answer",
                Words.duration(strength.longestSilence().toNanos()),
                ""));
        facts.add(fact("histories of the store that the answers named", strength.incarnations(), ""));
        facts.add(fact("documents with too many choices to try them all", strength.undecidedKeys(), ""));
        return facts;
    }

    private static void addUnknown(Strength.Settled unknown, List<Fact> facts) {
        long all = unknown.happened() + unknown.didNotHappen() + unknown.cannotTell();
        facts.add(fact("writes without an answer", all, ""));
        if (all > 0) {
            facts.add(part("that turned out to have happened", unknown.happened(), all));
            facts.add(part("that turned out not to have happened", unknown.didNotHappen(), all));
            facts.add(part("of which the history fits with either", unknown.cannotTell(), all));
        }
    }

    private static void addFaults(Strength strength, List<Fact> facts) {
        long all =
                strength.faults().values().stream().mapToLong(Long::longValue).sum();
        facts.add(fact("faults", all, ""));
        strength.faults().forEach((kind, count) -> facts.add(new Fact(true, kind, Words.count(count), "")));
    }

    private static Fact fact(String label, long value, String note) {
        return new Fact(false, label, Words.count(value), note);
    }

    private static Fact part(String label, long value, long whole) {
        return new Fact(true, label, Words.count(value), Words.share(value, whole));
    }
}
