package dev.mien.checker.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryReaderTest {
    private static final Key KEY = new Key("personas", "a/b \"ophelia\"");
    private static final Operation PATCH = Operation.invoked(3, 1, Kind.PATCH_IF_MATCH, KEY, 5)
            .naming(7)
            .writing(Fields.of("name", "w1\n"))
            .ok(9, 200, 2, 8)
            .withRevision(41)
            .withSeen(Fields.of(Map.of("name", "w1\n", "bio", "ü")))
            .withToken(new Token("a.b", 42));
    private static final String HEADER = "{\"history\":1,\"seed\":17,\"metadata\":{}}\n";
    private static final String OPERATION =
            "{\"op\":1,\"client\":0,\"kind\":\"GET\",\"collection\":\"c\",\"id\":\"i\",\"invoked\":1,\"outcome\":\"UNKNOWN\"}\n";

    @Test
    void read_whatWasWritten_isEqual() throws IOException {
        var history = new History(
                new Header(17, Map.of("workers", "4", "url", "http://localhost")),
                List.of(
                        PATCH,
                        Operation.invoked(0, 2, Kind.DELETE, KEY, 5),
                        Operation.invoked(0, 3, Kind.GET, KEY, -5)
                                .absent(6, 404, 0)
                                .withVersion(9),
                        Operation.invoked(0, 4, Kind.PUT, KEY, 5).refused(6, 422, -1),
                        Operation.invoked(0, 5, Kind.LIST_ENTRY, KEY, 5).failed(6, 503, 1)),
                List.of(new Fault("kill", 6, 1), new Fault("checkpoint", 7, -1)),
                new FinalState(
                        99,
                        List.of(
                                new FinalDocument(0, KEY, 8, 41, PATCH.seen()),
                                new FinalDocument(1, KEY, 0, 0, Fields.NONE)),
                        new ChangeLog("a.b", 40, 41, List.of(new ChangeLog.Change(41, KEY, 8, "update"))),
                        List.of(new Follower(16, new Token("a.b", 41)))));
        var text = new StringWriter();

        HistoryWriter.write(history, text);

        assertThat(HistoryReader.read(new StringReader(text.toString()))).isEqualTo(history);
    }

    @Test
    void read_linesOfARecorder_areEqualToItsHistory() throws IOException {
        var text = new StringWriter();
        History history;

        try (var writer = new HistoryWriter(text)) {
            var recorder = new Recorder(new Header(1, Map.of()), writer);
            recorder.add(recorder.invoked(0, Kind.GET, KEY).ok(System.nanoTime(), 200, 0, 3));
            recorder.add(new Fault("pause", System.nanoTime(), 0));
            recorder.add(recorder.invoked(1, Kind.GET, KEY).unknown(System.nanoTime(), 0, -1));
            history = recorder.finish(null);
        }

        assertThat(history.operations()).extracting(Operation::sequence).containsExactly(1L, 2L);
        assertThat(HistoryReader.read(new StringReader(text.toString()))).isEqualTo(history);
    }

    @Test
    void read_equalFields_areShared() throws IOException {
        var history = new History(new Header(1, Map.of()), List.of(PATCH, PATCH), List.of(), null);
        var text = new StringWriter();
        HistoryWriter.write(history, text);

        var read = HistoryReader.read(new StringReader(text.toString())).operations();

        assertThat(read.get(0).seen()).isSameAs(read.get(1).seen());
        assertThat(read.get(0).key()).isSameAs(read.get(1).key());
    }

    @Test
    void read_lineCutOff_namesTheLine() {
        assertMalformed(HEADER + OPERATION + OPERATION.substring(0, 40) + "\n", 3, "JSON");
    }

    @Test
    void read_unknownLine_namesTheLine() {
        assertMalformed(HEADER + "{\"weather\":\"rain\"}\n", 2, "unknown kind of line: weather");
    }

    @Test
    void read_propertyMissing_namesLineAndProperty() {
        assertMalformed(HEADER + OPERATION.replace("\"collection\":\"c\",", ""), 2, "collection");
    }

    @Test
    void read_unknownKindOfOperation_namesTheLine() {
        assertMalformed(HEADER + OPERATION.replace("GET", "TELEPORT"), 2, "TELEPORT");
    }

    @Test
    void read_operationThatContradictsItself_namesTheLine() {
        assertMalformed(HEADER + OPERATION.replace("UNKNOWN", "OK"), 2, "names the version");
    }

    @Test
    void read_noHeader_namesTheFirstLine() {
        assertMalformed(OPERATION, 1, "header");
        assertMalformed("", 1, "header");
    }

    @Test
    void read_anotherFormat_saysSo() {
        assertMalformed(HEADER.replace("\"history\":1", "\"history\":2"), 1, "format 2");
    }

    @Test
    void read_changeBeforeItsLog_namesTheLine() {
        assertMalformed(
                HEADER + "{\"change\":1,\"collection\":\"c\",\"id\":\"i\",\"version\":1,\"operation\":\"insert\"}\n",
                2,
                "too early");
    }

    private static void assertMalformed(String text, long line, String detail) {
        assertThatExceptionOfType(MalformedHistoryException.class)
                .isThrownBy(() -> HistoryReader.read(new StringReader(text)))
                .withMessageStartingWith("line " + line + " ")
                .withMessageContaining(detail)
                .satisfies(e -> assertThat(e.line()).isEqualTo(line));
    }
}
