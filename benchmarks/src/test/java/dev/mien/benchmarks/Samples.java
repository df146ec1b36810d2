package dev.mien.benchmarks;

import java.util.Arrays;
import java.util.List;

/// Rounds and series with the figures that a test is about.
final class Samples {
    private Samples() {}

    /// @param p99 in microseconds, where p50 is 100
    static Sample sample(double perSecond, double cpuMicros, double p99) {
        return new Sample(1_000, 0, 1, perSecond, cpuMicros, 5, 0, 0, List.of(100.0, 150.0, p99, p99, p99, p99));
    }

    /// A round in which `/livez` does 1,000 a second for 10 µs each.
    static Series.Round round(double perSecond) {
        return round(perSecond, 300);
    }

    static Series.Round round(double perSecond, double p99) {
        return new Series.Round(sample(1_000, 10, 100), sample(perSecond, 20, p99));
    }

    static Series series(int measurement, String load, int workers, double target, Series.Round... rounds) {
        return new Series(measurement, load, "", "SQLite", workers, 64, 0, target, 120, Arrays.asList(rounds));
    }

    static Series on(String server, Series series) {
        return new Series(
                series.measurement(),
                series.load(),
                server,
                series.store(),
                series.workers(),
                series.connections(),
                series.ratePerSecond(),
                series.target(),
                series.residentMegabytes(),
                series.rounds());
    }

    static Series with(int connections, Series series) {
        return new Series(
                series.measurement(),
                series.load(),
                series.server(),
                series.store(),
                series.workers(),
                connections,
                series.ratePerSecond(),
                series.target(),
                series.residentMegabytes(),
                series.rounds());
    }
}
