package dev.mien.http;

import dev.mien.api.ProblemType;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// `If-Match` and `If-None-Match` (RFC 9110 §13.1).
public final class Preconditions {
    private static final Pattern ENTITY_TAG =
            Pattern.compile("\\G\\s*(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")\\s*(?:,|$)");

    private Preconditions() {}

    /// Whether a document is at a version that the client named; empty if it named none.
    /// The comparison is strong: a weak tag never matches (RFC 9110 §13.1.1).
    public static Optional<Precondition> ifMatch(ServerRequest request) {
        return tags(request, true).map(Precondition::new);
    }

    /// Whether the client has this version already, so that 304 answers it (RFC 9110 §13.1.2).
    public static boolean isUnmodified(ServerRequest request, String etag) {
        return tags(request, false)
                .map(tags -> tags.isEmpty() || tags.contains(etag))
                .orElse(false);
    }

    /// The tags of the header, without weak ones if `strong`; an empty list for `*`; empty without the header.
    private static Optional<List<String>> tags(ServerRequest request, boolean strong) {
        var name = strong ? HeaderNames.IF_MATCH : HeaderNames.IF_NONE_MATCH;
        if (!request.headers().contains(name)) {
            return Optional.empty();
        }
        return Optional.of(tags(String.join(",", request.headers().get(name).allValues()), name.defaultCase(), strong));
    }

    /// What a text in the form of `If-Match` asks for.
    ///
    /// @param name what the text is called, for the problem
    /// @throws ProblemException if it has another form
    public static Precondition parse(String text, String name) {
        return new Precondition(tags(text, name, true));
    }

    private static List<String> tags(String value, String name, boolean strong) {
        if (value.strip().equals("*")) {
            return List.of();
        }
        var tags = new ArrayList<String>();
        var matcher = ENTITY_TAG.matcher(value);
        int end = 0;
        while (end < value.length() && matcher.find()) {
            end = matcher.end();
            tags.add(matcher.group(1) != null && strong ? "" : matcher.group(2));
        }
        if (tags.isEmpty() || end < value.length()) {
            throw new ProblemException(
                    ProblemType.INVALID_PARAMETER,
                    name + " must be a list of entity tags in double quotes, as in the ETag header, or *.");
        }
        return tags;
    }
}
