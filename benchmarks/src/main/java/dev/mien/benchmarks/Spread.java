package dev.mien.benchmarks;

import java.util.Collection;
import java.util.Locale;

/// Smallest, middle and largest of some values.
public record Spread(double minimum, double median, double maximum) {

    /// @param values at least one
    public static Spread of(Collection<Double> values) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /// For a cell of a table, the median in bold.
    public String text(int digits) {
        return number(minimum, digits) + " · **" + number(median, digits) + "** · " + number(maximum, digits);
    }

    public static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
