package dev.mien.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// All rounds of one load.
///
/// @param ratePerSecond of an open loop; 0 for a closed one
record Series(
        String load,
        String server,
        String store,
        int workers,
        int connections,
        double ratePerSecond,
        double target,
        List<Round> rounds) {

    /// `/livez` and the load, one right after the other on the same connections.
    record Round(Sample livez, Sample load) {
        double ratio() {
            return load.perSecond() / livez.perSecond();
        }

        double cpuRatio() {
            return livez.serverCpuMicros() / load.serverCpuMicros();
        }
    }

    /// Smallest, middle and largest of some values.
    record Spread(double minimum, double median, double maximum) {}

    Spread spread(ToDoubleFunction<Round> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    double median(ToDoubleFunction<Round> figure) {
        return spread(figure).median();
    }

    String title() {
        return server.isEmpty() ? load : load + " (" + server + ")";
    }
}
