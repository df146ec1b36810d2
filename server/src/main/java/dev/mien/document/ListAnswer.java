package dev.mien.document;

import dev.mien.http.Json;
import dev.mien.store.Document;
import dev.mien.store.Listing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The JSON of a page.
final class ListAnswer {
    private ListAnswer() {}

    static byte[] of(ListRequest request, Listing listing, ListShape shape) {
        String next = listing.hasMore() ? "\"" + request.cursor(listing) + "\"" : "null";
        return joined("{\"items\":[", items(request, listing, shape), "],\"next_cursor\":" + next + "}");
    }

    private static List<byte[]> items(ListRequest request, Listing listing, ListShape shape) {
        var fields = request.fields();
        var search = request.query().search();
        if (fields == null && search == null) {
            return listing.documents().stream().map(Document::json).toList();
        }
        var snippets = search == null ? null : new Snippets(search, shape.searched());
        return listing.documents().stream()
                .map(document -> item(document, fields, snippets))
                .toList();
    }

    private static byte[] item(Document document, @Nullable Set<String> fields, @Nullable Snippets snippets) {
        var stored = (ObjectNode) Json.parseStored(document.json());
        var found = snippets == null ? null : snippets.of(stored);
        byte[] item = fields == null ? document.json() : Json.write(stored.retain(fields));
        return found == null ? item : with("snippets", Json.write(found), item);
    }

    /// The object with one more member at its end. Its own bytes stay as they are.
    private static byte[] with(String name, byte[] value, byte[] object) {
        byte[] before = (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(object.length + before.length + value.length)
                .put(object, 0, object.length - 1)
                .put(before)
                .put(value)
                .put((byte) '}')
                .array();
    }

    /// The parts with commas between them, in an array that is made once and of the right size.
    static byte[] joined(String before, List<byte[]> parts, String after) {
        int size = before.length() + after.length() + Math.max(0, parts.size() - 1);
        for (byte[] part : parts) {
            size += part.length;
        }
        var json = ByteBuffer.allocate(size).put(before.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                json.put((byte) ',');
            }
            json.put(parts.get(i));
        }
        return json.put(after.getBytes(StandardCharsets.US_ASCII)).array();
    }
}
