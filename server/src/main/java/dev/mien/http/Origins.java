package dev.mien.http;

import dev.mien.api.ProblemType;
import dev.mien.store.Origin;
import dev.mien.store.RequestKey;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The headers that say where an edit comes from: `Mien-Actor`, `Mien-Message` and `Idempotency-Key`.
public final class Origins {
    private static final String ACTOR = "Mien-Actor";
    private static final String MESSAGE = "Mien-Message";
    private static final String KEY = "Idempotency-Key";
    /// The headers that each edit understands.
    public static final List<String> ALL = List.of(ACTOR, MESSAGE, KEY);
    /// Those that an edit understands which needs no key.
    public static final List<String> SIGNATURE = List.of(ACTOR, MESSAGE);

    private static final HeaderName ACTOR_NAME = HeaderNames.create(ACTOR);
    private static final HeaderName MESSAGE_NAME = HeaderNames.create(MESSAGE);
    private static final HeaderName KEY_NAME = HeaderNames.create(KEY);
    private static final byte[] NO_BODY = {};
    private static final int MAXIMUM_ACTOR = 200;
    private static final int MAXIMUM_MESSAGE = 1_000;
    private static final int MAXIMUM_KEY = 255;

    private Origins() {}

    /// Of a request without a body.
    public static Origin of(ServerRequest request) {
        return of(request, NO_BODY);
    }

    /// @param body as it was sent; empty for none
    /// @throws ProblemException for a header that is too long, or no text
    public static Origin of(ServerRequest request, byte[] body) {
        String actor = text(request, ACTOR_NAME, MAXIMUM_ACTOR);
        String message = text(request, MESSAGE_NAME, MAXIMUM_MESSAGE);
        if (!request.headers().contains(KEY_NAME)) {
            return actor.isEmpty() && message.isEmpty() ? Origin.UNKNOWN : new Origin(actor, message, null);
        }
        String key = request.headers().get(KEY_NAME).get();
        if (key.isBlank() || key.length() > MAXIMUM_KEY || !key.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new ProblemException(
                    ProblemType.INVALID_PARAMETER, KEY + " must be 1 to " + MAXIMUM_KEY + " visible ASCII characters.");
        }
        return new Origin(actor, message, new RequestKey(key, fingerprint(request, body)));
    }

    /// Characters beyond ASCII come percent-encoded in UTF-8, since a header cannot hold them otherwise.
    private static String text(ServerRequest request, HeaderName name, int maximum) {
        if (!request.headers().contains(name)) {
            return "";
        }
        String value = request.headers().get(name).get();
        try {
            String text = URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8)
                    .strip();
            if (fits(text, maximum)) {
                return text;
            }
        } catch (IllegalArgumentException badEscape) {
            // Refused below like one that is too long.
        }
        throw new ProblemException(
                ProblemType.INVALID_PARAMETER,
                name.defaultCase() + " must be at most " + maximum
                        + " characters without line breaks; percent-encode % and what is not ASCII.");
    }

    private static boolean fits(String text, int maximum) {
        return text.length() <= maximum && text.chars().noneMatch(Character::isISOControl);
    }

    /// The origin with another actor and message, of a body.
    ///
    /// @param actor null to keep the one that it has
    /// @param message null to keep the one that it has
    /// @throws ProblemException if one is too long or has line breaks
    public static Origin with(Origin origin, @Nullable String actor, @Nullable String message) {
        if ((actor != null && !fits(actor, MAXIMUM_ACTOR)) || (message != null && !fits(message, MAXIMUM_MESSAGE))) {
            throw new ProblemException(
                    ProblemType.INVALID_PARAMETER,
                    "An actor has at most " + MAXIMUM_ACTOR + " and a message at most " + MAXIMUM_MESSAGE
                            + " characters without line breaks.");
        }
        return new Origin(
                actor == null ? origin.actor() : actor, message == null ? origin.message() : message, origin.key());
    }

    /// What makes two requests the same: method, address, condition and body.
    private static String fingerprint(ServerRequest request, byte[] body) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            String condition = request.headers().contains(HeaderNames.IF_MATCH)
                    ? String.join(
                            ",", request.headers().get(HeaderNames.IF_MATCH).allValues())
                    : "";
            String head = request.prologue().method() + " " + request.path().rawPath() + "?"
                    + request.query().rawValue() + "\n" + condition + "\n";
            sha256.update(head.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }
}
