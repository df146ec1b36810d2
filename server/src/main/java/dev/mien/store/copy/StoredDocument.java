package dev.mien.store.copy;

import dev.mien.store.DocumentJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A document taken apart: what its owner wrote, and what the store keeps of it.
///
/// @param body the members that its owner wrote, as a JSON object in UTF-8
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record StoredDocument(String id, long version, long revision, String createdAt, String updatedAt, byte[] body) {

    /// Takes apart what [DocumentJson#finish] put together.
    ///
    /// @throws IllegalArgumentException if `json` is not laid out so, or says otherwise than the other arguments
    public static StoredDocument ofHistory(byte[] json, String id, long version, long revision) {
        return of(json, id, version, revision, DocumentJson.createdAt(json));
    }

    /// Takes apart what [DocumentJson#finish] put together.
    ///
    /// @throws IllegalArgumentException if `json` is not laid out so, or says otherwise than the other arguments
    public static StoredDocument of(byte[] json, String id, long version, long revision, String createdAt) {
        String updatedAt = DocumentJson.updatedAt(json);
        int members = json.length - DocumentJson.finish(EMPTY, id, version, revision, createdAt, updatedAt).length;
        // One more than without members: the comma behind them.
        int from = ("{\"id\":\"" + id + "\",").getBytes(StandardCharsets.UTF_8).length;
        if (members > 1) {
            byte[] body = new byte[members + 1];
            body[0] = '{';
            System.arraycopy(json, from, body, 1, members - 1);
            body[members] = '}';
            var document = new StoredDocument(id, version, revision, createdAt, updatedAt, body);
            if (Arrays.equals(document.json(), json)) {
                return document;
            }
        }
        throw new IllegalArgumentException("the document of " + id
                + " has not the layout that the triggers give it; give it that with"
                + " UPDATE … SET document = document WHERE id = '" + id + "'");
    }

    private static final byte[] EMPTY = {'{', '}'};

    /// The JSON as it is served.
    public byte[] json() {
        return DocumentJson.finish(body, id, version, revision, createdAt, updatedAt);
    }
}
