package dev.mien.document;

import dev.mien.http.Json;
import dev.mien.store.Document;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One member in which two versions of a document differ.
///
/// @param before null where the older version has no such member
/// @param after null where the newer version has no such member
public record FieldChange(
        String field, @Nullable JsonNode before, @Nullable JsonNode after) {

    /// The members of its owner in which a document changed, in the order of the newer version.
    public static List<FieldChange> between(Document older, Document newer) {
        var before = (ObjectNode) Json.parseStored(older.json());
        var after = (ObjectNode) Json.parseStored(newer.json());
        var changes = new ArrayList<FieldChange>();
        for (String field : Schema.changedFields(before, Schema.bodyOf(after))) {
            changes.add(new FieldChange(field, before.get(field), after.get(field)));
        }
        return List.copyOf(changes);
    }
}
