package dev.mien.checker.broken;

import dev.mien.checker.history.Key;
import tools.jackson.databind.node.ObjectNode;

/// One document at one version.
///
/// @param document the whole document as it is served; nobody changes it once the row exists
record Row(Key key, long version, long revision, ObjectNode document) {

    /// @param members what a client gave, or an older document of which only the members that the server keeps change
    static Row of(Key key, long version, long revision, ObjectNode members) {
        var document = members.deepCopy();
        document.put("id", key.id()).put("version", version).put("revision", revision);
        if (!document.hasNonNull("is_active")) {
            document.put("is_active", true);
        }
        return new Row(key, version, revision, document);
    }

    String etag() {
        return "\"" + version + "\"";
    }

    /// Whether the member is this text; case does not count.
    boolean has(String member, String text) {
        return text.equalsIgnoreCase(document.path(member).asString(null));
    }
}
