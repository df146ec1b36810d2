package dev.mien.document;

import dev.mien.benchmarks.Personas;
import dev.mien.http.Json;
import dev.mien.persona.PersonaService;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What does the rule of a PATCH cost, which runs inside the transaction, and which step of it the most?
///
/// Workload: a persona of 1 KB, and a merge patch of one member that always changes it. One thread.
///
/// Command: `benchmarks/parts EditRule`
///
/// It stands in this package because the merge patch is nobody else's business.
@NullMarked
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class EditRuleBenchmark {
    private final JsonNode draft = Json.parse(Personas.draft(1).getBytes(StandardCharsets.UTF_8));
    private final JsonNode patch =
            Json.parse("{\"greeting\":\"Good morrow, 0123456789.\"}".getBytes(StandardCharsets.UTF_8));
    private final byte[] stored =
            Json.write(PersonaService.SCHEMA.check(draft, null).body());
    private final ObjectNode document = (ObjectNode) Json.parseStored(stored);
    private final JsonNode merged = MergePatch.apply(document, patch);
    private final ObjectNode next =
            PersonaService.SCHEMA.check(merged, document).body();

    @Benchmark
    public JsonNode parseStored() {
        return Json.parseStored(stored);
    }

    @Benchmark
    public JsonNode mergePatch() {
        return MergePatch.apply(document, patch);
    }

    @Benchmark
    public Schema.Checked check() {
        return PersonaService.SCHEMA.check(merged, document);
    }

    @Benchmark
    public List<String> changedFields() {
        return Schema.changedFields(document, next);
    }

    @Benchmark
    public byte[] write() {
        return Json.write(next);
    }

    /// All of the above, one after the other.
    @Benchmark
    public byte[] rule() {
        var current = (ObjectNode) Json.parseStored(stored);
        var checked = PersonaService.SCHEMA.check(MergePatch.apply(current, patch), current);
        if (!checked.violations().isEmpty()
                || Schema.changedFields(current, checked.body()).isEmpty()) {
            throw new IllegalStateException("the patch must change the document: " + checked.violations());
        }
        return Json.write(checked.body());
    }
}
