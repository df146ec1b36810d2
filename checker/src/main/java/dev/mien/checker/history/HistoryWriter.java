package dev.mien.checker.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes a history as JSON lines, each as soon as it is known. The first property of a line says what the line is:
///
/// | first property | line |
/// |---|---|
/// | `history` | the header, always first: format number, seed, metadata |
/// | `op` | an operation; the value is its sequence number |
/// | `fault` | a fault; the value is its kind |
/// | `rest` | the beginning of the final state; the value is its time |
/// | `document` | a document of the final state; the value is its id |
/// | `follower` | a follower of the feed; the value is its client's number |
/// | `log` | the change log of the final state; the value is its incarnation |
/// | `change` | a line of the change log; the value is its revision |
///
/// Properties that would be 0, empty or unknown are left out. Any thread may write. Every method throws
/// [UncheckedIOException] when the destination fails; the history then ends in half a line.
public final class HistoryWriter implements AutoCloseable {
    static final int FORMAT = 1;
    static final JsonFactory JSON =
            JsonFactory.builder().rootValueSeparator("\n").build();

    private final Writer destination;
    private final JsonGenerator json;

    /// @param destination is buffered here, and closed by [#close]
    public HistoryWriter(Writer destination) {
        this.destination = destination;
        this.json = JSON.createGenerator(ObjectWriteContext.empty(), destination);
    }

    public static void write(History history, Writer destination) {
        try (var writer = new HistoryWriter(destination)) {
            writer.write(history.header());
            history.operations().forEach(writer::write);
            history.faults().forEach(writer::write);
            if (history.finalState() != null) {
                writer.write(history.finalState());
            }
        }
    }

    public synchronized void write(Header header) {
        line(() -> {
            json.writeNumberProperty("history", FORMAT);
            json.writeNumberProperty("seed", header.seed());
            json.writeObjectPropertyStart("metadata");
            header.metadata().forEach(json::writeStringProperty);
            json.writeEndObject();
        });
    }

    public synchronized void write(Operation operation) {
        line(() -> {
            json.writeNumberProperty("op", operation.sequence());
            json.writeNumberProperty("client", operation.client());
            json.writeStringProperty("kind", operation.kind().name());
            key(operation.key());
            json.writeNumberProperty("invoked", operation.invokedNanos());
            if (operation.completedNanos() != Operation.NEVER) {
                json.writeNumberProperty("completed", operation.completedNanos());
            }
            json.writeStringProperty("outcome", operation.outcome().name());
            number("status", operation.status());
            if (operation.worker() >= 0) {
                json.writeNumberProperty("worker", operation.worker());
            }
            number("named", operation.named());
            number("version", operation.version());
            number("revision", operation.revision());
            if (operation.written().size() > 0) {
                fields("written", operation.written());
            }
            fields("seen", operation.seen());
            if (operation.token() != null) {
                json.writeStringProperty("token", operation.token().toString());
            }
        });
    }

    public synchronized void write(Fault fault) {
        line(() -> {
            json.writeStringProperty("fault", fault.kind());
            json.writeNumberProperty("at", fault.atNanos());
            if (fault.worker() >= 0) {
                json.writeNumberProperty("worker", fault.worker());
            }
        });
    }

    public synchronized void write(FinalState state) {
        line(() -> json.writeNumberProperty("rest", state.atNanos()));
        for (var document : state.documents()) {
            line(() -> {
                json.writeStringProperty("document", document.key().id());
                json.writeStringProperty("collection", document.key().collection());
                json.writeNumberProperty("worker", document.worker());
                number("version", document.version());
                number("revision", document.revision());
                fields("fields", document.fields());
            });
        }
        for (var follower : state.followers()) {
            line(() -> {
                json.writeNumberProperty("follower", follower.client());
                json.writeStringProperty("token", follower.end().toString());
            });
        }
        var log = state.log();
        if (log == null) {
            return;
        }
        line(() -> {
            json.writeStringProperty("log", log.incarnation());
            json.writeNumberProperty("floor", log.floor());
            json.writeNumberProperty("head", log.head());
        });
        for (var change : log.changes()) {
            line(() -> {
                json.writeNumberProperty("change", change.revision());
                key(change.key());
                json.writeNumberProperty("version", change.version());
                json.writeStringProperty("operation", change.operation());
            });
        }
    }

    /// Ends the last line and closes the destination.
    @Override
    public synchronized void close() {
        try {
            json.flush();
            destination.write('\n');
            destination.close();
        } catch (JacksonException e) {
            throw new UncheckedIOException(new IOException(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void line(Runnable properties) {
        try {
            json.writeStartObject();
            properties.run();
            json.writeEndObject();
        } catch (JacksonException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private void key(Key key) {
        json.writeStringProperty("collection", key.collection());
        json.writeStringProperty("id", key.id());
    }

    private void number(String name, long value) {
        if (value != 0) {
            json.writeNumberProperty(name, value);
        }
    }

    private void fields(String name, @Nullable Fields fields) {
        if (fields == null) {
            return;
        }
        json.writeObjectPropertyStart(name);
        for (int i = 0; i < fields.size(); i++) {
            json.writeStringProperty(fields.name(i), fields.value(i));
        }
        json.writeEndObject();
    }
}
