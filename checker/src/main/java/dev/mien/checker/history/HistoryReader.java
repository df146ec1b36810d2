package dev.mien.checker.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads what [HistoryWriter] wrote, one line at a time. A history that was cut off between two lines is a shorter
/// history; a line that is cut off, unknown, or at the wrong place is an error.
public final class HistoryReader {
    private final List<Operation> operations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<FinalDocument> documents = new ArrayList<>();
    private final List<Follower> followers = new ArrayList<>();
    private final List<ChangeLog.Change> changes = new ArrayList<>();
    private final Interner interner = new Interner();
    private @Nullable Header header;
    private @Nullable Line rest;
    private @Nullable Line log;

    private HistoryReader() {}

    /// @throws MalformedHistoryException for the first line that cannot be read
    /// @throws IOException when the source fails
    public static History read(Reader source) throws IOException {
        var reader = new HistoryReader();
        var lines = new BufferedReader(source, 1 << 16);
        long number = 0;
        for (var text = lines.readLine(); text != null; text = lines.readLine()) {
            number++;
            try {
                reader.accept(Line.parse(text));
            } catch (JacksonException e) {
                throw new MalformedHistoryException(number, "not JSON as it should be: " + e.getOriginalMessage(), e);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new MalformedHistoryException(number, String.valueOf(e.getMessage()), e);
            }
        }
        return reader.history(number);
    }

    private void accept(Line line) {
        if ((header == null) != line.type.equals("history")) {
            throw new IllegalArgumentException("the header is the first line, and only the first");
        }
        switch (line.type) {
            case "history" -> header = header(line);
            case "op" -> operations.add(operation(line));
            case "fault" -> faults.add(new Fault(line.text("fault"), line.number("at"), line.worker()));
            case "rest" -> rest = line.once(rest);
            case "document" -> documents.add(document(line));
            case "follower" ->
                followers.add(new Follower(Math.toIntExact(line.number("follower")), Token.parse(line.text("token"))));
            case "log" -> log = line.once(log);
            case "change" ->
                changes.add(new ChangeLog.Change(
                        line.number("change"),
                        interner.key(line.key()),
                        line.number("version"),
                        line.text("operation")));
            default -> throw new IllegalArgumentException("unknown kind of line: " + line.type);
        }
        if ((rest == null && !(documents.isEmpty() && followers.isEmpty())) || (log == null && !changes.isEmpty())) {
            throw new IllegalArgumentException(line.type + " comes too early");
        }
    }

    private static Header header(Line line) {
        if (line.number("history") != HistoryWriter.FORMAT) {
            throw new IllegalArgumentException("this is format " + line.number("history") + ", and only format "
                    + HistoryWriter.FORMAT + " can be read");
        }
        return new Header(line.number("seed"), line.map("metadata"));
    }

    private Operation operation(Line line) {
        var token = line.texts.get("token");
        var seen = line.maps.get("seen");
        return interner.intern(new Operation(
                Math.toIntExact(line.number("client")),
                line.number("op"),
                Kind.valueOf(line.text("kind")),
                line.key(),
                line.number("invoked"),
                line.number("completed", Operation.NEVER),
                Outcome.valueOf(line.text("outcome")),
                Math.toIntExact(line.number("status", 0)),
                line.worker(),
                line.number("named", 0),
                line.number("version", 0),
                line.number("revision", 0),
                Fields.of(line.maps.getOrDefault("written", Map.of())),
                seen == null ? null : Fields.of(seen),
                token == null ? null : Token.parse(token)));
    }

    private FinalDocument document(Line line) {
        return new FinalDocument(
                line.worker(),
                interner.key(new Key(line.text("collection"), line.text("document"))),
                line.number("version", 0),
                line.number("revision", 0),
                interner.fields(Fields.of(line.map("fields"))));
    }

    private History history(long lines) {
        if (header == null) {
            throw new MalformedHistoryException(
                    Math.max(lines, 1), "there is no header", new IllegalArgumentException("empty"));
        }
        var changeLog =
                log == null ? null : new ChangeLog(log.text("log"), log.number("floor"), log.number("head"), changes);
        var finalState = rest == null ? null : new FinalState(rest.number("rest"), documents, changeLog, followers);
        return new History(header, operations, faults, finalState);
    }

    /// The properties of one line, by what JSON they are.
    private static final class Line {
        private String type = "";
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, Long> numbers = new HashMap<>();
        private final Map<String, Map<String, String>> maps = new HashMap<>();

        static Line parse(String text) {
            var line = new Line();
            try (var json = HistoryWriter.JSON.createParser(ObjectReadContext.empty(), text)) {
                expect(json.nextToken() == JsonToken.START_OBJECT, "a line is one JSON object");
                while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                    var name = json.currentName();
                    line.type = line.type.isEmpty() ? name : line.type;
                    switch (json.nextToken()) {
                        case VALUE_STRING -> line.texts.put(name, json.getString());
                        case VALUE_NUMBER_INT -> line.numbers.put(name, json.getLongValue());
                        case START_OBJECT -> line.maps.put(name, strings(json));
                        default -> throw new IllegalArgumentException(name + " is neither text, number nor object");
                    }
                }
                expect(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null, "more than one object");
            }
            return line;
        }

        private static Map<String, String> strings(JsonParser json) {
            var map = new HashMap<String, String>();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = json.currentName();
                expect(json.nextToken() == JsonToken.VALUE_STRING, name + " is not text");
                map.put(name, json.getString());
            }
            return map;
        }

        private static void expect(boolean condition, String otherwise) {
            if (!condition) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        Line once(@Nullable Line before) {
            expect(before == null, type + " comes twice");
            return this;
        }

        String text(String name) {
            return present(name, texts.get(name));
        }

        long number(String name) {
            return present(name, numbers.get(name));
        }

        long number(String name, long otherwise) {
            return numbers.getOrDefault(name, otherwise);
        }

        Map<String, String> map(String name) {
            return present(name, maps.get(name));
        }

        int worker() {
            return Math.toIntExact(number("worker", -1));
        }

        Key key() {
            return new Key(text("collection"), text("id"));
        }

        private static <T> T present(String name, @Nullable T value) {
            if (value == null) {
                throw new IllegalArgumentException(name + " is missing or of the wrong type");
            }
            return value;
        }
    }
}
