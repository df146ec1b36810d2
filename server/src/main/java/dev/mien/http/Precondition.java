package dev.mien.http;

import dev.mien.store.Document;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// What `If-Match` asks for.
///
/// @param tags one of them must be the document's; empty if any will do
public record Precondition(List<String> tags) implements Predicate<Document> {
    /// Nothing is asked for.
    public static final Precondition NONE = new Precondition(List.of());

    public Precondition {
        tags = List.copyOf(tags);
    }

    @Override
    public boolean test(Document document) {
        return tags.isEmpty() || tags.contains(document.etag());
    }

    /// The revision of the one version that is named; empty where it is none or several, or of another history.
    public OptionalLong revision(String incarnation) {
        String end = "-" + incarnation + "\"";
        if (tags.size() != 1
                || !tags.getFirst().startsWith("\"")
                || !tags.getFirst().endsWith(end)) {
            return OptionalLong.empty();
        }
        String tag = tags.getFirst();
        try {
            return OptionalLong.of(Long.parseLong(tag.substring(1, tag.length() - end.length())));
        } catch (NumberFormatException notOurs) {
            return OptionalLong.empty();
        }
    }
}
