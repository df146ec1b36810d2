package dev.mien.http;

import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.config.Settings;
import dev.mien.store.ReadMode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.Optional;

/// The header `Mien-Read`: `strong`, `at-least=<token>` or `max-stale=<duration>`.
public final class ReadModes {
    /// How fresh the client wants the answer to be.
    public static final String HEADER = "Mien-Read";

    private static final HeaderName NAME = HeaderNames.create(HEADER);
    private static final String AT_LEAST = "at-least=";
    private static final String MAX_STALE = "max-stale=";
    private static final ReadMode STRONG = new ReadMode.Strong();

    private ReadModes() {}

    /// What the request asks for; strong without the header.
    ///
    /// @throws ProblemException for a header that is none of the three, or stands there twice
    public static ReadMode of(ServerRequest request) {
        if (!request.headers().contains(NAME)) {
            return STRONG;
        }
        String text = String.join(",", request.headers().get(NAME).allValues());
        return parse(text.strip())
                .orElseThrow(() -> new ProblemException(
                        ProblemType.INVALID_PARAMETER,
                        HEADER + " must be strong, " + AT_LEAST + " with a token as in " + RevisionToken.HEADER
                                + ", or " + MAX_STALE + " with a duration under a day such as 500ms or 10s."));
    }

    static Optional<ReadMode> parse(String text) {
        if (text.equals("strong")) {
            return Optional.of(STRONG);
        } else if (text.startsWith(AT_LEAST)) {
            return RevisionToken.parse(text.substring(AT_LEAST.length())).map(ReadMode.AtLeast::new);
        } else if (text.startsWith(MAX_STALE)) {
            return duration(text.substring(MAX_STALE.length())).map(ReadMode.MaxStale::new);
        }
        return Optional.empty();
    }

    private static Optional<Duration> duration(String text) {
        try {
            var duration = Settings.duration(text);
            return duration.isNegative() || duration.toDays() > 0 ? Optional.empty() : Optional.of(duration);
        } catch (IllegalArgumentException | ArithmeticException notADuration) {
            return Optional.empty();
        }
    }
}
