package dev.mien.http;

import dev.mien.api.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/// Where the next page of a list begins, in a form that cannot be edited by mistake: the last id of the page before,
/// with a digest over it, the list's filters and the store's incarnation. It is no secret and protects none.
public final class Cursor {
    private static final int DIGEST_BYTES = 9;

    private Cursor() {}

    /// @param scope what the cursor belongs to: collection, filters, incarnation
    public static String encode(String lastId, String scope) {
        byte[] id = lastId.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = Arrays.copyOf(digest(lastId, scope), DIGEST_BYTES + id.length);
        System.arraycopy(id, 0, bytes, DIGEST_BYTES, id.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The id that the cursor begins behind.
    ///
    /// @throws ProblemException `invalid-parameter`, if it was not made by [#encode] for this scope
    public static String decode(String cursor, String scope) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length > DIGEST_BYTES) {
                String id = new String(bytes, DIGEST_BYTES, bytes.length - DIGEST_BYTES, StandardCharsets.UTF_8);
                if (Arrays.equals(digest(id, scope), Arrays.copyOf(bytes, DIGEST_BYTES))) {
                    return id;
                }
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below like any other text.
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER,
                "cursor is not one that this list gave out with these filters; start again without it.");
    }

    private static byte[] digest(String id, String scope) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(scope.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            return Arrays.copyOf(sha.digest(id.getBytes(StandardCharsets.UTF_8)), DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
