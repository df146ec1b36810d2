package dev.mien.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something other than a load that was measured, once or several times.
///
/// @param limit what the median may be at most, or has to be at least; null where nothing is wanted
/// @param values in the order in which they were measured, at least one
record Figure(String what, String unit, @Nullable Double limit, boolean isLeast, List<Double> values) {
    Figure {
        values = List.copyOf(values);
    }

    static Figure of(String what, String unit, List<Double> values) {
        return new Figure(what, unit, null, false, values);
    }

    static Figure atMost(double limit, String what, String unit, List<Double> values) {
        return new Figure(what, unit, limit, false, values);
    }

    static Figure atLeast(double limit, String what, String unit, List<Double> values) {
        return new Figure(what, unit, limit, true, values);
    }

    Spread spread() {
        return Spread.of(values);
    }

    /// For a cell of a table.
    String text() {
        boolean isWhole = values.stream().allMatch(value -> value == Math.rint(value));
        int digits = isWhole || spread().maximum() >= 100 ? 0 : 2;
        return values.size() == 1 ? "**" + Spread.number(values.getFirst(), digits) + "**" : spread().text(digits);
    }
}
