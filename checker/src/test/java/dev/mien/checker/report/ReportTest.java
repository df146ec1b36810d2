package dev.mien.checker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.Fault;
import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.verdict.CheckConfig;
import dev.mien.checker.verdict.Checker;
import dev.mien.checker.verdict.Strength;
import dev.mien.checker.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final String HOSTILE = "</script><script>alert('x')</script>{{title}}\u001b[31m\r\nforged\"&";
    private static final Strength STRENGTH = new Strength(
            1_234_567,
            700_000,
            534_000,
            12_345,
            500_000,
            new Strength.Settled(7, 3, 2),
            Map.of("kill", 3L),
            Duration.ofMillis(812),
            1,
            0);

    @TempDir
    private Path directory;

    @Test
    void summary_passed_claimsNoMoreThanThatNothingWasFound() {
        var summary = Summary.of(history("x"), new Verdict.Passed(STRENGTH));

        assertThat(summary).startsWith("No violation was found in 1,234,567 operations.\n");
        assertThat(summary.lines())
                .contains(
                        "  operations                                           1,234,567",
                        "    while a write of the same document was under way      12,345  1.8 %",
                        "  writes without an answer                                    12",
                        "    that turned out to have happened                           7  58.3 %",
                        "    kill                                                       3",
                        "  longest time without an answer                          812 ms")
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void summary_controlCharactersInTheHistory_doNotReachTheTerminal() {
        var summary = Summary.of(history(HOSTILE), verdict(history(HOSTILE)));

        assertThat(summary).contains("alert").doesNotContain("\u001b", "\r");
        assertThat(summary.split("What was broken", -1)[0]).contains("forged").doesNotContain("\nforged");
    }

    @Test
    void summary_failed_countsAllAndShowsAFew() {
        var history = staleReads(12);

        var summary = Summary.of(history, verdict(history));

        assertThat(summary).startsWith("THE PROMISE WAS BROKEN: 12 violations\n");
        assertThat(summary).contains("  STALE_READ                     12\n").endsWith("\nand 7 more.\n");
        assertThat(summary.lines().filter(line -> line.startsWith("STALE_READ ")))
                .hasSize(5);
    }

    @Test
    void summary_void_saysWhy() {
        assertThat(Summary.of(history("x"), new Verdict.VoidRun(STRENGTH, "Too few reads.")))
                .startsWith("The run is void: Too few reads.\n");
    }

    @Test
    void write_failed_bothFilesShowEveryKeptViolation() throws Exception {
        var history = staleReads(12);

        Report.write(directory.resolve("new/report"), history, verdict(history));

        var json = json(directory.resolve("new/report/report.json"));
        assertThat(json.at("/verdict").stringValue()).isEqualTo("failed");
        assertThat(json.at("/seed").longValue()).isEqualTo(42);
        assertThat(json.at("/violationCounts/STALE_READ").longValue()).isEqualTo(12);
        assertThat(json.at("/violations").size()).isEqualTo(10);
        assertThat(json.at("/violations/0/operations/0/op").longValue()).isEqualTo(2);
        assertThat(json.at("/violations/0/text").stringValue()).contains("[=", "version 2");
        assertThat(json.at("/staleness/buckets/0/count").longValue()).isEqualTo(12);
        assertThat(json.at("/faults/0/atNanos").longValue()).isEqualTo(15);
        var page = Files.readString(directory.resolve("new/report/index.html"));
        assertThat(page).contains("<title>THE PROMISE WAS BROKEN: 12 violations</title>", "<summary>8 more</summary>");
        assertThat(page.split("<pre tabindex", -1)).hasSize(11);
    }

    @Test
    void write_markupInTheHistory_isTextOnThePage() throws Exception {
        var history = history(HOSTILE);

        Report.write(directory, history, verdict(history));

        var page = Files.readString(directory.resolve("index.html"));
        assertThat(page).doesNotContain("<script>alert").contains("&lt;/script&gt;&lt;script&gt;alert(&#39;x&#39;)");
        assertThat(page).contains("{{title}}");
        assertThat(JsonMapper.shared()
                        .readTree(plots(page))
                        .at("/faults/0/kind")
                        .stringValue())
                .isEqualTo(HOSTILE);
        var json = json(directory.resolve("report.json"));
        assertThat(json.at("/metadata/server").stringValue()).isEqualTo(HOSTILE);
        assertThat(json.at("/violations/0/operations/0/written/name").stringValue())
                .isEqualTo(HOSTILE);
    }

    @Test
    void write_page_needsNoOtherFileAndKeepsTheLicence() throws Exception {
        var history = history("x");

        Report.write(directory, history, verdict(history));

        var page = Files.readString(directory.resolve("index.html"));
        assertThat(page).contains("default-src 'none'", "Copyright (c) 2022 Leon Sorokin", "var uPlot=");
        assertThat(page).doesNotContain(" src=", "<link", "@import", "url(");
    }

    @Test
    void write_nothingHappened_isAReportToo() throws Exception {
        var history = new History(new Header(42, Map.of()), List.of(), List.of(), null);

        Report.write(directory, history, verdict(history));

        assertThat(json(directory.resolve("report.json")).at("/verdict").stringValue())
                .isEqualTo("void");
        assertThat(Files.readString(directory.resolve("index.html"))).contains("No reads were answered.");
    }

    /// One document gets a third of all requests, so that anything quadratic would not end.
    @Test
    void write_aMillionOperations_isWritten() throws Exception {
        var operations = new ArrayList<Operation>();
        var keys = new ArrayList<Key>();
        for (int i = 0; i < 1_000; i++) {
            keys.add(new Key("personas", "p" + i));
        }
        long[] versions = new long[keys.size()];
        for (int i = 0; i < 1_000_000; i++) {
            int key = i % 3 == 0 ? 0 : i % keys.size();
            boolean write = versions[key] == 0 || i % 4 == 0;
            versions[key] += write ? 1 : 0;
            var operation = Operation.invoked(i % 64, i, write ? Kind.PUT : Kind.GET, keys.get(key), i * 1_000L)
                    .ok(i * 1_000L + 100_000, 200, i % 4, versions[key]);
            operations.add(operation);
        }
        var history = new History(new Header(42, Map.of()), operations, List.of(), null);

        Report.write(directory, history, new Verdict.Passed(STRENGTH));

        var json = json(directory.resolve("report.json"));
        assertThat(json.at("/series/reads").size()).isEqualTo(100);
        assertThat(json.at("/readLatencyNanos/count").longValue()
                        + json.at("/writeLatencyNanos/count").longValue())
                .isEqualTo(1_000_000);
        assertThat(Files.size(directory.resolve("index.html"))).isLessThan(300_000);
    }

    private static String plots(String page) {
        var begin = "<script type=\"application/json\" id=\"data\">";
        int from = page.indexOf(begin) + begin.length();
        return page.substring(from, page.indexOf("</script>", from));
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static Verdict verdict(History history) {
        return new Checker(CheckConfig.DEFAULT).check(history);
    }

    /// A stale read, and this text wherever a history has room for text.
    private static History history(String text) {
        var key = new Key("personas", text);
        var operations = List.of(
                Operation.invoked(0, 1, Kind.CREATE, key, 0)
                        .writing(Fields.of("name", "n1"))
                        .ok(10, 201, 0, 1),
                Operation.invoked(0, 2, Kind.PATCH, key, 20)
                        .writing(Fields.of("name", text))
                        .ok(30, 200, 0, 2),
                Operation.invoked(1, 3, Kind.GET, key, 40).ok(50, 200, 1, 1).withSeen(Fields.of("name", "n1")));
        return new History(
                new Header(42, Map.of("server", text, text, "value")),
                operations,
                List.of(new Fault(text, 15, 1)),
                null);
    }

    private static History staleReads(int count) {
        var key = new Key("personas", "ophelia");
        var operations = new ArrayList<Operation>();
        operations.add(Operation.invoked(0, 1, Kind.CREATE, key, 0)
                .writing(Fields.of("name", "n1"))
                .ok(10, 201, 0, 1));
        operations.add(Operation.invoked(0, 2, Kind.PATCH, key, 20)
                .writing(Fields.of("name", "n2"))
                .ok(30, 200, 0, 2));
        for (int i = 0; i < count; i++) {
            operations.add(Operation.invoked(1, 3 + i, Kind.GET, key, 40 + i)
                    .ok(60 + i, 200, 1, 1)
                    .withSeen(Fields.of("name", "n1")));
        }
        return new History(new Header(42, Map.of()), operations, List.of(new Fault("kill", 15, 1)), null);
    }
}
