package dev.mien.checker.report;

import dev.mien.checker.verdict.Verdict;
import java.util.Locale;

/// How the report writes verdicts and numbers, the same in every language and country.
final class Words {
    private Words() {}

    /// One line, which never claims more than the checker found.
    static String verdict(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Passed passed ->
                "No violation was found in " + count(passed.strength().operations()) + " operations.";
            case Verdict.Failed failed -> "THE PROMISE WAS BROKEN: " + violations(found(failed));
            case Verdict.VoidRun voidRun -> "The run is void: " + voidRun.reason();
        };
    }

    /// All violations that were found, of which the verdict keeps some.
    static long found(Verdict.Failed failed) {
        return failed.counts().values().stream().mapToLong(Long::longValue).sum();
    }

    static String violations(long count) {
        return count == 1 ? "1 violation" : count(count) + " violations";
    }

    /// `1,234,567`
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// `12.3 %`; a part that is there never rounds to nothing, nor a part that lacks something to all.
    static String share(long part, long whole) {
        if (whole == 0) {
            return "";
        }
        if (part > 0 && part * 1_000 < whole) {
            return "under 0.1 %";
        }
        if (part < whole && (whole - part) * 1_000 < whole) {
            return "over 99.9 %";
        }
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }

    /// `0.045`, `1,234.567`
    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,.3f", nanos / 1e6);
    }

    /// Three digits and the unit that suits them: `850 µs`, `1.2 ms`, `61 s`.
    static String duration(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        if (nanos < 1_000_000) {
            return number(nanos / 1e3) + " µs";
        }
        return nanos < 1_000_000_000 ? number(nanos / 1e6) + " ms" : number(nanos / 1e9) + " s";
    }

    private static String number(double value) {
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        var text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return decimals == 0 ? text : text.replaceAll("\\.?0+$", "");
    }
}
