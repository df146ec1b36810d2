package dev.mien.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What one load came to in one short round. CPU times are per unit (document), latencies per request.
///
/// @param failures answers with another status than the expected one
/// @param perSecond units per second
/// @param latencyMicros at [#PERCENTILES]
record Sample(
        long requests,
        long failures,
        double seconds,
        double perSecond,
        double serverCpuMicros,
        double driverCpuMicros,
        double databaseCpuMicros,
        double databaseStatements,
        List<Double> latencyMicros) {
    static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9, 99.99, 100.0);

    /// One run of the load.
    interface Run {
        Connections.Answered run() throws IOException, InterruptedException;
    }

    static Sample of(Load load, Run run) throws IOException, InterruptedException {
        var on = load.on();
        long statements = on.statements().getAsLong();
        long database = on.databaseCpu().getAsLong();
        long server = on.serverCpu().getAsLong();
        long driver = Cpu.ownNanos();
        var answered = run.run();
        driver = Cpu.ownNanos() - driver;
        server = on.serverCpu().getAsLong() - server;
        database = on.databaseCpu().getAsLong() - database;
        statements = on.statements().getAsLong() - statements;

        double units = (double) answered.count() * load.units();
        double seconds = answered.nanos() / 1e9;
        var latency = new ArrayList<Double>();
        for (double percentile : PERCENTILES) {
            latency.add(answered.latency().getValueAtPercentile(percentile) / 1e3);
        }
        return new Sample(
                answered.count(),
                answered.failures(),
                seconds,
                units / seconds,
                server / 1e3 / units,
                driver / 1e3 / units,
                database / 1e3 / units,
                statements / units,
                latency);
    }

    double latencyMicros(double percentile) {
        return latencyMicros.get(PERCENTILES.indexOf(percentile));
    }
}
