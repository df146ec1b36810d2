package dev.mien.feed;

import dev.mien.api.RevisionToken;
import dev.mien.http.Json;
import dev.mien.label.LabelResource;
import dev.mien.store.ChangeLog;
import dev.mien.store.Document;
import dev.mien.store.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// One change, as it is told. Each of its forms is made when it is first needed, and then shared by all listeners.
public final class Event {
    private static final byte[] DOCUMENT = ",\"document\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_DOCUMENT = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = {'}'};
    private static final byte[] FRAME_END = {'\n', '\n'};

    private final Kind kind;
    private final Version version;
    private final boolean hasDocument;
    private final RevisionToken token;

    private volatile byte @Nullable [] shortJson;
    private volatile byte @Nullable [] wholeJson;
    private volatile byte @Nullable [] shortFrame;
    private volatile byte @Nullable [] wholeFrame;
    private volatile @Nullable Belonging belonging;

    /// @param hasDocument whether the entry was read with its document, as far as that is still there
    Event(ChangeLog.Entry entry, String incarnation, boolean hasDocument) {
        this.kind = Kind.ofCollection(entry.collection());
        this.version = entry.version();
        this.hasDocument = hasDocument;
        this.token = new RevisionToken(incarnation, version.revision());
    }

    Kind kind() {
        return kind;
    }

    /// The document's id.
    public String id() {
        return version.id();
    }

    /// What happens to one of these happens in order: the persona's id, also for its labels.
    public String subject() {
        return kind == Kind.LABEL ? id().substring(0, Math.max(0, id().lastIndexOf('~'))) : id();
    }

    public long revision() {
        return version.revision();
    }

    public RevisionToken token() {
        return token;
    }

    Version version() {
        return version;
    }

    boolean hasDocument() {
        return hasDocument;
    }

    /// The document as the change left it; null where it is gone.
    @Nullable Document document() {
        if (!hasDocument) {
            throw new IllegalStateException("read without its document");
        }
        return version.document();
    }

    /// Whose the change is. Kept, since many listeners ask the same.
    Belonging belonging(Function<Event, Belonging> find) {
        var known = belonging;
        if (known == null) {
            known = find.apply(this);
            belonging = known;
        }
        return known;
    }

    /// Roughly how much room it may take.
    long weight() {
        var document = hasDocument ? version.document() : null;
        return 1_000
                + 3L * (document == null ? 0 : document.json().length)
                + 4L * version.message().length();
    }

    /// As JSON.
    ///
    /// @param whole with the document
    public byte[] json(boolean whole) {
        byte[] known = whole ? wholeJson : shortJson;
        if (known == null) {
            known = whole ? withDocument() : summary();
            if (whole) {
                wholeJson = known;
            } else {
                shortJson = known;
            }
        }
        return known;
    }

    private byte[] summary() {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("token", token.toString())
                .put("revision", version.revision())
                .put("kind", kind.word())
                .put("id", version.id())
                .put("version", version.version())
                .put("operation", version.operation());
        version.fields().forEach(json.putArray("fields")::add);
        json.put("actor", version.actor()).put("message", version.message()).put("at", version.at());
        return Json.write(json);
    }

    private byte[] withDocument() {
        byte[] summary = json(false);
        return joined(Arrays.copyOf(summary, summary.length - 1), DOCUMENT, shownDocument(), END);
    }

    private byte[] shownDocument() {
        var document = document();
        if (document == null) {
            return NO_DOCUMENT;
        }
        return kind == Kind.LABEL ? label(document) : document.json();
    }

    /// A label is told as its own address tells it, and of which persona it is.
    private static byte[] label(Document document) {
        var stored = Json.parseStored(document.json());
        var view = JsonNodeFactory.instance.objectNode();
        view.set("persona_id", stored.path("persona_id"));
        view.setAll(LabelResource.view(document));
        JsonNode target = stored.path("target");
        if (!target.isIntegralNumber()) {
            view.putNull("version");
        }
        return Json.write(view);
    }

    /// As one event of a stream (`text/event-stream`).
    byte[] frame(boolean whole) {
        byte[] known = whole ? wholeFrame : shortFrame;
        if (known == null) {
            byte[] before = ("id: " + token + "\nevent: change\ndata: ").getBytes(StandardCharsets.US_ASCII);
            known = joined(before, oneLine(json(whole)), FRAME_END);
            if (whole) {
                wholeFrame = known;
            } else {
                shortFrame = known;
            }
        }
        return known;
    }

    /// Line breaks may stand between the members of a document that was written by hand, and nowhere else in JSON.
    private static byte[] oneLine(byte[] json) {
        byte[] line = json.clone();
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        return line;
    }

    static byte[] joined(byte[]... parts) {
        int size = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] whole = new byte[size];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }
}
