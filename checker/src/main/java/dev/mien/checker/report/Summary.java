package dev.mien.checker.report;

import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.verdict.Violation;
import dev.mien.checker.verdict.ViolationKind;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;

/// The outcome of a run as plain text for a terminal.
public final class Summary {
    private static final int VIOLATIONS_SHOWN = 5;

    private Summary() {}

    /// Ends with a line break. Control characters that came from the server under test are replaced: a terminal would
    /// obey them.
    public static String of(History history, Verdict verdict) {
        var text = new StringBuilder();
        text.append(Words.verdict(verdict)).append('\n');
        text.append("\nThe run\n");
        appendHeader(history.header(), text);
        text.append("\nHow hard it tried\n");
        appendFacts(Fact.of(verdict.strength(), Figures.of(history)), text);
        if (verdict instanceof Verdict.Failed failed) {
            text.append("\nWhat was broken\n");
            appendViolations(failed, text);
        }
        return text.toString();
    }

    private static String harmless(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }

    private static void appendHeader(Header header, StringBuilder text) {
        int width = header.metadata().keySet().stream()
                .mapToInt(String::length)
                .max()
                .orElse(0);
        var line = "  %-" + Math.max(width, "seed".length()) + "s  %s\n";
        text.append(line.formatted("seed", header.seed()));
        header.metadata().forEach((name, value) -> text.append(line.formatted(harmless(name), harmless(value))));
    }

    private static void appendFacts(List<Fact> facts, StringBuilder text) {
        int labels = 0;
        int values = 0;
        for (var fact : facts) {
            labels = Math.max(labels, label(fact).length());
            values = Math.max(values, fact.value().length());
        }
        var line = "  %-" + labels + "s  %" + values + "s  %s";
        for (var fact : facts) {
            text.append(line.formatted(harmless(label(fact)), fact.value(), fact.note())
                    .stripTrailing());
            text.append('\n');
        }
    }

    private static String label(Fact fact) {
        return fact.partOfAbove() ? "  " + fact.label() : fact.label();
    }

    private static void appendViolations(Verdict.Failed failed, StringBuilder text) {
        failed.counts().forEach((kind, count) -> text.append("  %-22s  %9s\n".formatted(kind, Words.count(count))));
        var shown = someOfEachKind(failed.violations());
        for (var violation : shown) {
            text.append('\n');
            violation
                    .render()
                    .lines()
                    .forEach(line -> text.append(harmless(line)).append('\n'));
        }
        long more = Words.found(failed) - shown.size();
        if (more > 0) {
            text.append("\nand ").append(Words.count(more)).append(" more.\n");
        }
    }

    /// The first of each kind, then the second of each kind, and so on.
    private static List<Violation> someOfEachKind(List<Violation> violations) {
        record Ranked(Violation violation, int rank) {}

        var ranks = new EnumMap<ViolationKind, Integer>(ViolationKind.class);
        return violations.stream()
                .map(violation -> new Ranked(violation, ranks.merge(violation.kind(), 1, Integer::sum)))
                .sorted(Comparator.comparingInt(Ranked::rank))
                .limit(VIOLATIONS_SHOWN)
                .map(Ranked::violation)
                .toList();
    }
}
