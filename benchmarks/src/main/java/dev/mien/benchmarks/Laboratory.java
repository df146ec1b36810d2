package dev.mien.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs loads against each other in short alternating rounds, and keeps what they came to.
final class Laboratory {
    private final int rounds;
    private final Duration round;
    private final Duration warmUp;
    private final List<Series> results = new ArrayList<>();
    private int measurements;

    Laboratory(int rounds, Duration round, Duration warmUp) {
        this.rounds = rounds;
        this.round = round;
        this.warmUp = warmUp;
    }

    List<Series> results() {
        return List.copyOf(results);
    }

    /// Closed loops. In each round every load has its turn, and before each of them `/livez` of the same server on the
    /// same connections; every other round goes backwards.
    void closed(String store, int connections, List<Load> loads) throws IOException, InterruptedException {
        try (var pools = new Pools(connections)) {
            for (var load : loads) {
                var pool = pools.to(load.on());
                // Several workers share requests and processors, and each of them compiles for itself.
                int workers = load.on().workers();
                long enough = warmUp.toNanos() * (workers == 1 ? 1 : 2 * workers);
                run(pool, load.on().livez(), enough / 2);
                run(pool, load, enough);
            }
            var taken = new HashMap<Load, List<Series.Round>>();
            for (int i = 0; i < rounds; i++) {
                for (var load : i % 2 == 0 ? loads : loads.reversed()) {
                    var pool = pools.to(load.on());
                    var livez = run(pool, load.on().livez(), round.toNanos() / 2);
                    var sample = run(pool, load, round.toNanos());
                    taken.computeIfAbsent(load, first -> new ArrayList<>()).add(new Series.Round(livez, sample));
                }
            }
            measurements++;
            for (var load : loads) {
                add(series(load, store, connections, 0, taken.getOrDefault(load, List.of())));
            }
        }
    }

    /// An open loop at a share of what the same load and `/livez` did in a closed one.
    void open(Series closed, Load load, double share) throws IOException, InterruptedException {
        double rate = nice(share * closed.median(each -> each.load().perSecond()) / load.units());
        double livezRate = nice(share * closed.median(each -> each.livez().perSecond()));
        try (var pool = new Connections(load.on().address(), closed.connections())) {
            var livez = load.on().livez();
            long nanos = 4 * round.toNanos();
            run(pool, load, warmUp.toNanos() / 2);
            var taken = new ArrayList<Series.Round>();
            for (int i = 0; i < Math.max(1, rounds / 2); i++) {
                taken.add(new Series.Round(
                        Sample.of(livez, () -> pool.openLoop(livez.requests(), 200, livezRate, nanos)),
                        Sample.of(load, () -> pool.openLoop(load.requests(), load.expectedStatus(), rate, nanos))));
            }
            measurements++;
            add(series(load, closed.store(), closed.connections(), rate, taken));
        }
    }

    private static Sample run(Connections pool, Load load, long nanos) throws IOException, InterruptedException {
        return Sample.of(load, () -> pool.closedLoop(load.requests(), load.expectedStatus(), nanos));
    }

    private Series series(Load load, String store, int connections, double rate, List<Series.Round> rounds) {
        return new Series(
                measurements,
                load.name(),
                load.server(),
                store,
                load.on().workers(),
                connections,
                rate,
                load.target(),
                load.on().residentBytes().getAsLong() / 1e6,
                List.copyOf(rounds));
    }

    private void add(Series series) {
        results.add(series);
        System.err.println(Report.line(series));
    }

    /// Two digits are enough for a rate.
    private static double nice(double rate) {
        double step = Math.pow(10, Math.max(0, Math.floor(Math.log10(rate)) - 1));
        return Math.max(1, Math.floor(rate / step) * step);
    }

    /// As many connections to each server, opened when they are first needed.
    private static final class Pools implements AutoCloseable {
        private final int connections;
        private final Map<Target, Connections> pools = new HashMap<>();

        Pools(int connections) {
            this.connections = connections;
        }

        Connections to(Target target) throws IOException {
            var known = pools.get(target);
            if (known == null) {
                known = new Connections(target.address(), connections);
                pools.put(target, known);
            }
            return known;
        }

        @Override
        public void close() throws IOException {
            for (var pool : pools.values()) {
                pool.close();
            }
        }
    }
}
