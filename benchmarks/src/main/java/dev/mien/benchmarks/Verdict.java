package dev.mien.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Whether a run met one of the targets. Medians decide.
///
/// @param cpu the same by processor time, where it is a matter of throughput; empty elsewhere
record Verdict(String target, String wanted, String measured, String cpu, boolean isMet) {
    /// The least share of the throughput of patches over many documents that patches of one may come to.
    private static final double HOT = 0.5;
    /// The least share of one worker's throughput that four contending ones may come to.
    private static final double CONTENDING = 0.7;
    /// The largest p99 that four contending workers may have, as a multiple of their p50.
    private static final double TAIL = 10;

    /// Of all targets that something was measured for.
    static List<Verdict> of(List<Series> all, List<Figure> figures) {
        var verdicts = new ArrayList<Verdict>();
        for (var series : all) {
            if (series.isJudged()) {
                verdicts.add(share(series));
            }
            if (series.load().equals(Loads.HOT) && series.workers() == 1 && series.isUsual()) {
                takingTurns(all, series, other -> other.load().equals(Loads.PATCH))
                        .ifPresent(patch -> verdicts.add(hot(series, patch)));
            }
            if (series.load().equals(Loads.PATCH) && series.workers() == 4 && series.isUsual()) {
                takingTurns(all, series, other -> other.load().equals(Loads.PATCH) && other.workers() == 1)
                        .ifPresent(one -> verdicts.addAll(List.of(tail(series), contending(series, one))));
            }
        }
        for (var figure : figures) {
            var limit = figure.limit();
            if (limit != null) {
                verdicts.add(of(figure, limit));
            }
        }
        return verdicts;
    }

    private static Optional<Series> takingTurns(List<Series> all, Series with, Predicate<Series> which) {
        return all.stream()
                .filter(other -> other.measurement() == with.measurement()
                        && other.server().equals(with.server())
                        && which.test(other))
                .findFirst();
    }

    private static Verdict share(Series series) {
        var ratio = series.spread(Series.Round::ratio);
        return new Verdict(
                series.title(),
                "≥ " + Spread.number(series.target(), 2) + " of livez",
                ratio.text(2) + failed(series),
                series.spread(Series.Round::cpuRatio).text(2),
                ratio.median() >= series.target() && series.failures() == 0);
    }

    private static Verdict hot(Series hot, Series patch) {
        var share = hot.over(patch, round -> round.load().perSecond());
        return new Verdict(
                hot.title(),
                "≥ " + Spread.number(HOT, 2) + " of patch, none refused",
                share.text(2) + failed(hot),
                patch.over(hot, round -> round.load().serverCpuMicros()).text(2),
                share.median() >= HOT && hot.failures() == 0);
    }

    private static Verdict tail(Series four) {
        var tail = four.spread(
                round -> round.load().latencyMicros(99) / round.load().latencyMicros(50));
        return new Verdict(
                four.title() + ", 4 workers",
                "p99 ≤ " + Spread.number(TAIL, 0) + " × p50",
                tail.text(1) + failed(four),
                "",
                tail.median() <= TAIL && four.failures() == 0);
    }

    private static Verdict contending(Series four, Series one) {
        var share = four.over(one, round -> round.load().perSecond());
        return new Verdict(
                four.title() + ", 4 workers",
                "≥ " + Spread.number(CONTENDING, 2) + " of one worker's",
                share.text(2) + failed(four),
                one.over(four, round -> round.load().serverCpuMicros()).text(2),
                share.median() >= CONTENDING && four.failures() == 0);
    }

    private static Verdict of(Figure figure, double limit) {
        double median = figure.spread().median();
        return new Verdict(
                figure.what(),
                (figure.isLeast() ? "≥ " : "≤ ") + Spread.number(limit, limit == Math.rint(limit) ? 0 : 2) + " "
                        + figure.unit(),
                figure.text(),
                "",
                figure.isLeast() ? median >= limit : median <= limit);
    }

    private static String failed(Series series) {
        return series.failures() == 0 ? "" : " (" + series.failures() + " failed)";
    }
}
