package dev.mien.benchmarks.parts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;

/// What one benchmark came to with one choice of parameters.
///
/// @param group the class of the benchmark, without `Benchmark`
/// @param unit of the scores, as JMH spells it
/// @param scores one for each round of each process
record Part(
        String group, String benchmark, Map<String, String> parameters, int threads, String unit, List<Double> scores) {

    static Part of(RunResult result) {
        var parameters = result.getParams();
        var path = List.of(parameters.getBenchmark().split("\\."));
        var chosen = new LinkedHashMap<String, String>();
        parameters.getParamsKeys().forEach(key -> chosen.put(key, parameters.getParam(key)));
        var scores = new ArrayList<Double>();
        for (var process : result.getBenchmarkResults()) {
            process.getIterationResults()
                    .forEach(round -> scores.add(round.getPrimaryResult().getScore()));
        }
        return new Part(
                path.get(path.size() - 2).replace("Benchmark", ""),
                path.getLast(),
                chosen,
                parameters.getThreads(),
                result.getPrimaryResult().getScoreUnit(),
                scores);
    }
}
