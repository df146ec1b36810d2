package dev.mien.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Puts together the JSON that is served.
public final class DocumentJson {
    private DocumentJson() {}

    /// `body`, with `id` before its members and the store's own members behind them. Works on the bytes, since to parse
    /// them again would cost more than the rest of a write.
    ///
    /// @param body a JSON object in UTF-8 without white space around it
    public static byte[] finish(
            byte[] body, String id, long version, long revision, String createdAt, String updatedAt) {
        if (body.length < 2 || body[0] != '{' || body[body.length - 1] != '}') {
            throw new IllegalArgumentException("not a JSON object");
        }
        byte[] before = ("{\"id\":\"" + id + "\",").getBytes(StandardCharsets.UTF_8);
        byte[] behind = ((body.length == 2 ? "" : ",") + "\"version\":" + version + ",\"revision\":" + revision
                        + ",\"created_at\":\"" + createdAt + "\",\"updated_at\":\"" + updatedAt + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        int members = body.length - 2;
        byte[] json = Arrays.copyOf(before, before.length + members + behind.length);
        System.arraycopy(body, 1, json, before.length, members);
        System.arraycopy(behind, 0, json, before.length + members, behind.length);
        return json;
    }
}
