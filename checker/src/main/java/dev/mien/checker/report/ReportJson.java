package dev.mien.checker.report;

import dev.mien.checker.history.Fault;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.HistoryWriter;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Outcome;
import dev.mien.checker.report.TimeSlices.Slice;
import dev.mien.checker.verdict.Strength;
import dev.mien.checker.verdict.Verdict;
import dev.mien.checker.verdict.Violation;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The report for programs. Times are nanoseconds from the begin of the run; the operations of a violation are lines of
/// a history, as [HistoryWriter] writes them, on the clock of the history.
final class ReportJson {
    private static final int FORMAT = 1;
    private static final JsonFactory JSON = new JsonFactory();

    private final History history;
    private final Verdict verdict;
    private final Figures figures;
    private final StringWriter text = new StringWriter();
    private final JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text);

    private ReportJson(History history, Verdict verdict, Figures figures) {
        this.history = history;
        this.verdict = verdict;
        this.figures = figures;
    }

    /// All of the report.
    static String report(History history, Verdict verdict, Figures figures) {
        return new ReportJson(history, verdict, figures).written(ReportJson::writeAll);
    }

    /// What the plots of the page show.
    static String plots(History history, Verdict verdict, Figures figures) {
        return new ReportJson(history, verdict, figures).written(ReportJson::writePlots);
    }

    private String written(Consumer<ReportJson> properties) {
        json.writeStartObject();
        properties.accept(this);
        json.writeEndObject();
        json.close();
        return text.toString();
    }

    private void writeAll() {
        json.writeNumberProperty("report", FORMAT);
        writeVerdict();
        writeHeader(history.header());
        json.writeNumberProperty("durationNanos", figures.durationNanos());
        json.writeNumberProperty("answersPerSecond", figures.answersPerSecond());
        writeStrength(verdict.strength());
        writeViolations();
        writeKinds();
        writeLatency("readLatencyNanos", figures.readLatency());
        writeLatency("writeLatencyNanos", figures.writeLatency());
        writeSeries(figures.slices());
        writeHistogram("staleness", figures.freshness().staleness());
        writeHistogram("probes", figures.freshness().probes());
        writeFaults(history.faults());
    }

    private void writePlots() {
        writeSeries(figures.slices());
        writeFaults(history.faults());
        json.writeArrayPropertyStart("violationsAtNanos");
        for (var violation : violations()) {
            violation.operations().stream()
                    .mapToLong(Figures::lastSeen)
                    .max()
                    .ifPresent(nanos -> json.writeNumber(nanos - figures.beginNanos()));
        }
        json.writeEndArray();
    }

    private void writeVerdict() {
        json.writeStringProperty(
                "verdict",
                switch (verdict) {
                    case Verdict.Passed passed -> "passed";
                    case Verdict.Failed failed -> "failed";
                    case Verdict.VoidRun voidRun -> "void";
                });
        json.writeStringProperty("verdictInWords", Words.verdict(verdict));
    }

    private void writeHeader(Header header) {
        json.writeNumberProperty("seed", header.seed());
        json.writeObjectPropertyStart("metadata");
        header.metadata().forEach(json::writeStringProperty);
        json.writeEndObject();
    }

    private void writeStrength(Strength strength) {
        json.writeObjectPropertyStart("strength");
        json.writeNumberProperty("operations", strength.operations());
        json.writeNumberProperty("reads", strength.reads());
        json.writeNumberProperty("writes", strength.writes());
        json.writeNumberProperty("overlappingReads", strength.overlappingReads());
        json.writeNumberProperty("crossWorkerReads", strength.crossWorkerReads());
        json.writeObjectPropertyStart("unknownWrites");
        json.writeNumberProperty("happened", strength.unknown().happened());
        json.writeNumberProperty("didNotHappen", strength.unknown().didNotHappen());
        json.writeNumberProperty("cannotTell", strength.unknown().cannotTell());
        json.writeEndObject();
        json.writeObjectPropertyStart("faults");
        strength.faults().forEach(json::writeNumberProperty);
        json.writeEndObject();
        json.writeNumberProperty(
                "longestSilenceNanos", strength.longestSilence().toNanos());
        json.writeNumberProperty("incarnations", strength.incarnations());
        json.writeNumberProperty("undecidedKeys", strength.undecidedKeys());
        json.writeEndObject();
    }

    private void writeViolations() {
        json.writeObjectPropertyStart("violationCounts");
        if (verdict instanceof Verdict.Failed failed) {
            failed.counts().forEach((kind, count) -> json.writeNumberProperty(kind.name(), count));
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("violations");
        violations().forEach(this::writeViolation);
        json.writeEndArray();
    }

    private List<Violation> violations() {
        return verdict instanceof Verdict.Failed failed ? failed.violations() : List.of();
    }

    private void writeViolation(Violation violation) {
        json.writeStartObject();
        json.writeStringProperty("kind", violation.kind().name());
        var key = violation.key();
        if (key != null) {
            json.writeStringProperty("collection", key.collection());
            json.writeStringProperty("id", key.id());
        }
        json.writeStringProperty("explanation", violation.kind().explanation());
        json.writeStringProperty("detail", violation.detail());
        json.writeStringProperty("text", violation.render());
        json.writeArrayPropertyStart("operations");
        violation.operations().forEach(operation -> json.writeRawValue(line(operation)));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String line(Operation operation) {
        var line = new StringWriter();
        try (var writer = new HistoryWriter(line)) {
            writer.write(operation);
        }
        return line.toString().strip();
    }

    private void writeKinds() {
        json.writeArrayPropertyStart("kinds");
        for (var kind : figures.kinds()) {
            json.writeStartObject();
            json.writeStringProperty("kind", kind.kind().name());
            for (var outcome : Outcome.values()) {
                json.writeNumberProperty(outcome.name().toLowerCase(Locale.ROOT), kind.count(outcome));
            }
            writeLatency("latencyNanos", kind.latency());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeLatency(String name, @Nullable Percentiles latency) {
        if (latency == null) {
            json.writeNullProperty(name);
            return;
        }
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("count", latency.count());
        json.writeNumberProperty("p50", latency.p50());
        json.writeNumberProperty("p90", latency.p90());
        json.writeNumberProperty("p99", latency.p99());
        json.writeNumberProperty("p999", latency.p999());
        json.writeNumberProperty("maximum", latency.maximum());
        json.writeEndObject();
    }

    /// One array for each column, as plots want them.
    private void writeSeries(TimeSlices slices) {
        json.writeObjectPropertyStart("series");
        json.writeNumberProperty("sliceNanos", slices.sliceNanos());
        writeColumn("fromNanos", Slice::fromNanos);
        writeColumn("reads", Slice::reads);
        writeColumn("writes", Slice::writes);
        writeColumn("failed", Slice::failed);
        writeColumn("unknown", Slice::unknown);
        writeLatencyColumns("read", Slice::readLatency);
        writeLatencyColumns("write", Slice::writeLatency);
        json.writeEndObject();
    }

    private void writeColumn(String name, ToLongFunction<Slice> value) {
        json.writeArrayPropertyStart(name);
        figures.slices().slices().forEach(slice -> json.writeNumber(value.applyAsLong(slice)));
        json.writeEndArray();
    }

    private void writeLatencyColumns(String prefix, Function<Slice, @Nullable Percentiles> latency) {
        writeLatencyColumn(prefix + "P50Nanos", latency, Percentiles::p50);
        writeLatencyColumn(prefix + "P99Nanos", latency, Percentiles::p99);
        writeLatencyColumn(prefix + "MaximumNanos", latency, Percentiles::maximum);
    }

    private void writeLatencyColumn(
            String name, Function<Slice, @Nullable Percentiles> latency, ToLongFunction<Percentiles> value) {
        json.writeArrayPropertyStart(name);
        for (var slice : figures.slices().slices()) {
            var percentiles = latency.apply(slice);
            if (percentiles == null) {
                json.writeNull();
            } else {
                json.writeNumber(value.applyAsLong(percentiles));
            }
        }
        json.writeEndArray();
    }

    private void writeHistogram(String name, Histogram histogram) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("total", histogram.total());
        json.writeNumberProperty("maximumNanos", histogram.maximum());
        json.writeArrayPropertyStart("buckets");
        for (var bucket : histogram.buckets()) {
            json.writeStartObject();
            json.writeNumberProperty("fromNanos", bucket.fromNanos());
            if (bucket.toNanos() != Long.MAX_VALUE) {
                json.writeNumberProperty("toNanos", bucket.toNanos());
            }
            json.writeNumberProperty("count", bucket.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeFaults(List<Fault> faults) {
        json.writeArrayPropertyStart("faults");
        for (var fault : faults) {
            json.writeStartObject();
            json.writeStringProperty("kind", fault.kind());
            json.writeNumberProperty("atNanos", fault.atNanos() - figures.beginNanos());
            if (fault.worker() >= 0) {
                json.writeNumberProperty("worker", fault.worker());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
