package dev.mien.checker.report;

import dev.mien.checker.history.History;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.verdict.Violation;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The report for people: fills the places `{{name}}` of `report.html`. All text is written here, so that the page
/// reads without its script; the script draws the plots. Whatever comes from the history passes through [#escape], or
/// stands in the data of the plots, where no `<` stays as it is.
final class Page {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-zA-Z]+)}}");
    private static final int OPEN_VIOLATIONS_OF_A_KIND = 2;
    private static final long MILLISECOND = 1_000_000;

    private final History history;
    private final Verdict verdict;
    private final Figures figures;

    private Page(History history, Verdict verdict, Figures figures) {
        this.history = history;
        this.verdict = verdict;
        this.figures = figures;
    }

    static String of(History history, Verdict verdict, Figures figures) throws IOException {
        return fill(Resources.template(), new Page(history, verdict, figures).parts());
    }

    private Map<String, String> parts() throws IOException {
        var freshness = figures.freshness();
        var parts = new HashMap<String, String>();
        parts.put("title", escape(Words.verdict(verdict)));
        parts.put("verdictClass", verdictClass());
        parts.put("verdictMeaning", verdictMeaning());
        parts.put("highlights", highlights());
        parts.put("violations", violations());
        parts.put("strength", strength());
        parts.put("run", run());
        parts.put("kinds", kinds());
        parts.put("throughputInWords", throughputInWords());
        parts.put("readsInWords", latencyInWords("reads", figures.readLatency()));
        parts.put("writesInWords", latencyInWords("writes", figures.writeLatency()));
        parts.put("sliceLength", Words.duration(figures.slices().sliceNanos()));
        parts.put("stalenessInWords", stalenessInWords(freshness.staleness()));
        parts.put("staleness", histogram("Superseded for", freshness.staleness()));
        parts.put("probesInWords", probesInWords(freshness.probes()));
        parts.put("probes", histogram("Began after", freshness.probes()));
        parts.put("plots", ReportJson.plots(history, verdict, figures).replace("<", "\\u003c"));
        parts.put("uPlotScript", Resources.uPlot("dist/uPlot.iife.min.js"));
        parts.put("uPlotStyle", Resources.uPlot("dist/uPlot.min.css"));
        parts.put("uPlotLicence", Resources.uPlot("LICENSE").strip());
        return parts;
    }

    /// In one pass, so that nothing that was filled in is taken for a place.
    private static String fill(String template, Map<String, String> parts) {
        return PLACE.matcher(template)
                .replaceAll(place ->
                        Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)), place.group(1))));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private String verdictClass() {
        return switch (verdict) {
            case Verdict.Passed passed -> "passed";
            case Verdict.Failed failed -> "failed";
            case Verdict.VoidRun voidRun -> "void";
        };
    }

    private String verdictMeaning() {
        return switch (verdict) {
            case Verdict.Passed passed ->
                "Nothing that the clients saw contradicts the promise: once an edit is acknowledged, no read that begins later is stale,"
                        + " and nothing acknowledged is lost. One run cannot say more than that; how hard it tried is below.";
            case Verdict.Failed failed ->
                "What the clients saw contradicts the promise. The operations that prove it follow.";
            case Verdict.VoidRun voidRun -> "No violation was found, but the run was too weak to count as a proof.";
        };
    }

    private String highlights() {
        var strength = verdict.strength();
        long faults =
                strength.faults().values().stream().mapToLong(Long::longValue).sum();
        return highlight(Words.count(strength.operations()), "operations")
                + highlight(
                        Words.count(strength.overlappingReads()),
                        "reads while a write of the same document was under way")
                + highlight(
                        Words.count(strength.crossWorkerReads()),
                        "reads by another worker than the last write before them")
                + highlight(Words.count(faults), faults == 1 ? "fault" : "faults");
    }

    private static String highlight(String value, String label) {
        return "<div><dd>" + value + "</dd><dt>" + label + "</dt></div>\n";
    }

    private String violations() {
        if (!(verdict instanceof Verdict.Failed failed)) {
            return "";
        }
        var html = new StringBuilder(
                "<section class=\"violations\" aria-labelledby=\"violations\">\n<h2 id=\"violations\">Violations</h2>\n");
        failed.counts().forEach((kind, count) -> {
            var ofKind = failed.violations().stream()
                    .filter(violation -> violation.kind() == kind)
                    .toList();
            int open = Math.min(ofKind.size(), OPEN_VIOLATIONS_OF_A_KIND);
            html.append("<h3><code>").append(kind).append("</code> ");
            html.append(Words.count(count))
                    .append(count == 1 ? " time" : " times")
                    .append("</h3>\n");
            html.append("<p>").append(escape(kind.explanation())).append("</p>\n");
            ofKind.subList(0, open).forEach(violation -> append(violation, html));
            if (ofKind.size() > open) {
                html.append("<details><summary>").append(ofKind.size() - open).append(" more</summary>\n");
                ofKind.subList(open, ofKind.size()).forEach(violation -> append(violation, html));
                html.append("</details>\n");
            }
            if (count > ofKind.size()) {
                html.append("<p>Of these, the first ").append(ofKind.size()).append(" were kept.</p>\n");
            }
        });
        return html.append("</section>\n").toString();
    }

    private static void append(Violation violation, StringBuilder html) {
        html.append("<pre tabindex=\"0\">")
                .append(escape(violation.render().stripTrailing()))
                .append("</pre>\n");
    }

    private String strength() {
        var html = new StringBuilder();
        for (var fact : Fact.of(verdict.strength(), figures)) {
            html.append(fact.partOfAbove() ? "<tr class=\"part\">" : "<tr>");
            html.append("<th scope=\"row\">").append(escape(fact.label())).append("</th>");
            html.append("<td>")
                    .append(fact.value())
                    .append("</td><td>")
                    .append(fact.note())
                    .append("</td></tr>\n");
        }
        return html.toString();
    }

    private String run() {
        var html = new StringBuilder(row("seed", history.header().seed() + ""));
        history.header().metadata().forEach((name, value) -> html.append(row(name, value)));
        return html.toString();
    }

    private static String row(String name, String value) {
        return "<tr><th scope=\"row\">" + escape(name) + "</th><td>" + escape(value) + "</td></tr>\n";
    }

    private String kinds() {
        var html = new StringBuilder();
        for (var kind : figures.kinds()) {
            html.append("<tr><th scope=\"row\"><code>").append(kind.kind()).append("</code></th>");
            for (var outcome : Outcome.values()) {
                html.append(cell(Words.count(kind.count(outcome))));
            }
            latencies(kind.latency()).forEach(value -> html.append(cell(value)));
            html.append("</tr>\n");
        }
        return html.toString();
    }

    private static List<String> latencies(@Nullable Percentiles latency) {
        return latency == null
                ? List.of("", "", "", "", "")
                : List.of(
                        Words.millis(latency.p50()),
                        Words.millis(latency.p90()),
                        Words.millis(latency.p99()),
                        Words.millis(latency.p999()),
                        Words.millis(latency.maximum()));
    }

    private static String cell(String value) {
        return "<td>" + value + "</td>";
    }

    private String throughputInWords() {
        long failed = 0;
        long unknown = 0;
        for (var kind : figures.kinds()) {
            failed += kind.count(Outcome.FAILED);
            unknown += kind.count(Outcome.UNKNOWN);
        }
        return String.format(
                Locale.ROOT,
                "%s answers per second on average over %s; %s requests failed and %s stayed without an answer.",
                Words.count(figures.answersPerSecond()),
                Words.duration(figures.durationNanos()),
                Words.count(failed),
                Words.count(unknown));
    }

    private static String latencyInWords(String what, @Nullable Percentiles latency) {
        return latency == null
                ? "No " + what + " were answered."
                : String.format(
                        Locale.ROOT,
                        "Of %s answered %s, half took at most %s, 99 %% at most %s, and the slowest %s.",
                        Words.count(latency.count()),
                        what,
                        Words.duration(latency.p50()),
                        Words.duration(latency.p99()),
                        Words.duration(latency.maximum()));
    }

    private static String stalenessInWords(Histogram staleness) {
        long stale = staleness.total() - staleness.zeros();
        var reads = Words.count(staleness.total());
        return stale == 0
                ? "Of " + reads
                        + " reads that named a version, none returned one that had been superseded before it began."
                : "Of " + reads + " reads that named a version, " + Words.count(stale) + " ("
                        + Words.share(stale, staleness.total())
                        + ") returned one that had been superseded before they began, at worst for "
                        + Words.duration(staleness.maximum()) + ".";
    }

    private static String probesInWords(Histogram probes) {
        long soon = probes.below(MILLISECOND);
        return "Of " + Words.count(probes.total()) + " reads after an acknowledged write of their document, "
                + Words.count(soon) + (soon == 0 ? "" : " (" + Words.share(soon, probes.total()) + ")")
                + " began within a millisecond of the acknowledgement. The sooner, the likelier that a cache is caught.";
    }

    /// A table whose rows carry bars, so that it needs no other text. Bars compare the buckets above zero; among those
    /// the zeros would leave nothing to see, so they have a bar only where they are alone.
    private static String histogram(String what, Histogram histogram) {
        var buckets = histogram.buckets();
        boolean onlyZeros = histogram.zeros() == histogram.total();
        long highest = 1;
        for (var bucket : buckets) {
            highest = Math.max(highest, onlyZeros || bucket.fromNanos() > 0 ? bucket.count() : 0);
        }
        var html = new StringBuilder();
        html.append("<table class=\"histogram\"><thead><tr><th scope=\"col\">").append(what);
        html.append("</th><th scope=\"col\">reads</th><th scope=\"col\">share</th><td></td></tr></thead><tbody>\n");
        for (var bucket : buckets) {
            boolean zeros = bucket.fromNanos() == 0;
            html.append(zeros ? "<tr class=\"zero\">" : "<tr>");
            html.append("<th scope=\"row\">").append(range(bucket)).append("</th>");
            html.append(cell(Words.count(bucket.count())));
            html.append(cell(bucket.count() == 0 ? "" : Words.share(bucket.count(), histogram.total())));
            html.append(bucket.count() > 0 && (onlyZeros || !zeros) ? bar(bucket.count(), highest) : cell(""));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table>\n").toString();
    }

    private static String bar(long count, long highest) {
        return String.format(
                Locale.ROOT, "<td class=\"bar\"><div style=\"width:%.2f%%\"></div></td>", 100.0 * count / highest);
    }

    private static String range(Histogram.Bucket bucket) {
        if (bucket.fromNanos() == 0) {
            return "not at all: fresh";
        }
        var from = bucket.fromNanos() == 1 ? "0" : Words.duration(bucket.fromNanos());
        return bucket.toNanos() == Long.MAX_VALUE ? "over " + from : from + " – " + Words.duration(bucket.toNanos());
    }
}
