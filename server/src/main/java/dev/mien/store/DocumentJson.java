package dev.mien.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Puts together the JSON that is served.
public final class DocumentJson {
    private static final Pattern NAME = Pattern.compile("\"([^\"]*)\"");

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

    /// The value of `updated_at` in a document that [#finish] put together: its last member.
    public static String updatedAt(byte[] json) {
        int end = Math.max(0, json.length - 2);
        int start = end;
        while (start > 0 && json[start - 1] != '"') {
            start--;
        }
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }

    /// The value of `created_at` in a document that [#finish] put together: its last member but one.
    public static String createdAt(byte[] json) {
        int behind = updatedAt(json).length() + "\",\"updated_at\":\"\"}".length();
        int end = Math.max(0, json.length - behind);
        int start = end;
        while (start > 0 && json[start - 1] != '"') {
            start--;
        }
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }

    /// Names of members as a JSON array. Members that have names of their own choosing are inside of others, so these
    /// need no escape.
    public static String names(List<String> fields) {
        return fields.isEmpty() ? "[]" : "[\"" + String.join("\",\"", fields) + "\"]";
    }

    /// The names in such an array, or in one that a database made with spaces in it.
    public static List<String> names(String array) {
        return NAME.matcher(array).results().map(name -> name.group(1)).toList();
    }
}
