package dev.mien.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// All rounds of one load.
///
/// @param measurement series with the same number took turns, round by round
/// @param ratePerSecond of an open loop; 0 for a closed one
/// @param target the wanted ratio to `/livez`; 0 for none
/// @param residentMegabytes what the largest worker took in memory at the end
record Series(
        int measurement,
        String load,
        String server,
        String store,
        int workers,
        int connections,
        double ratePerSecond,
        double target,
        double residentMegabytes,
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

    Spread spread(ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }

    double median(ToDoubleFunction<Round> figure) {
        return spread(figure).median();
    }

    /// The figure divided by that of another series which took turns with this one, round by round.
    Spread over(Series other, ToDoubleFunction<Round> figure) {
        return Spread.of(IntStream.range(0, Math.min(rounds.size(), other.rounds.size()))
                .mapToObj(i -> figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(other.rounds.get(i)))
                .toList());
    }

    long failures() {
        return rounds.stream()
                .mapToLong(round -> round.load().failures() + round.livez().failures())
                .sum();
    }

    /// Whether this is what the targets are about: a closed loop of 64 connections on SQLite, on this checkout as it
    /// is.
    boolean isUsual() {
        return ratePerSecond == 0
                && connections == 64
                && store.equals("SQLite")
                && List.of("", "this").contains(server);
    }

    /// Whether its ratio is held against the target.
    boolean isJudged() {
        return target > 0 && workers == 1 && isUsual();
    }

    String title() {
        return server.isEmpty() ? load : load + " (" + server + ")";
    }
}
