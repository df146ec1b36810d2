package dev.mien.document;

import dev.mien.api.ProblemType;
import dev.mien.http.Cursor;
import dev.mien.http.ProblemException;
import dev.mien.store.Listing;
import dev.mien.store.Query;
import dev.mien.store.Search;
import io.helidon.webserver.http.ServerRequest;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the parameters of a list ask for.
///
/// @param fields the members that items are to have besides those that each has; null for whole documents
/// @param scope what a cursor of this list belongs to
record ListRequest(Query query, @Nullable Set<String> fields, String scope) {
    private static final String SUMMARY = "summary";
    private static final List<String> FILTERS =
            List.of("active", "owner", "tag", "label", "card", "updated_since", "q");
    /// As documents have it.
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");

    /// Every document has them.
    private static final Set<String> TIMES = Set.of("created_at", "updated_at");

    private static final Set<String> ALWAYS = Set.of("id", "version", "revision");

    /// @param owner only documents that this id owns; null for all
    /// @throws ProblemException `invalid-parameter`, if a value is not one that is understood
    static ListRequest of(ServerRequest request, DocumentService service, ListShape shape, @Nullable String owner) {
        String scope = scope(request, service, owner);
        String cursor = DocumentResource.parameter(request, "cursor");
        String behind = cursor == null ? null : Cursor.decode(cursor, scope);
        var search = search(DocumentResource.parameter(request, "q"), behind);
        var query = new Query(
                DocumentResource.limit(request),
                search == null ? behind : null,
                active(DocumentResource.parameter(request, "active")),
                owner,
                DocumentResource.parameter(request, "tag"),
                label(DocumentResource.parameter(request, "label")),
                DocumentResource.parameter(request, "card"),
                time(DocumentResource.parameter(request, "updated_since")),
                search);
        return new ListRequest(query, fields(DocumentResource.parameter(request, "fields"), service, shape), scope);
    }

    /// Lengths stand before values, so that no two sets of filters look alike.
    private static String scope(ServerRequest request, DocumentService service, @Nullable String owner) {
        var scope = new StringBuilder(service.collection().name());
        for (String name : FILTERS) {
            String value = name.equals("owner") ? owner : DocumentResource.parameter(request, name);
            if (value != null) {
                scope.append('&')
                        .append(name)
                        .append('=')
                        .append(value.length())
                        .append(':')
                        .append(value);
            }
        }
        return scope.append("&in=").append(service.lastSeen().incarnation()).toString();
    }

    /// Where the next page begins: behind the last document, or, in a search, behind as many as were passed over.
    String cursor(Listing listing) {
        var documents = listing.documents();
        var search = query.search();
        return Cursor.encode(
                search == null ? documents.getLast().id() : Integer.toString(search.skip() + documents.size()), scope);
    }

    private static @Nullable Search search(@Nullable String text, @Nullable String skip) {
        if (text == null) {
            return null;
        }
        var terms = Search.parse(text);
        if (terms.isEmpty() || terms.size() > Search.MOST_TERMS || text.length() > Search.MOST_CHARACTERS) {
            throw invalid("q must have from 1 to " + Search.MOST_TERMS + " words or quoted phrases, and at most "
                    + Search.MOST_CHARACTERS + " characters.");
        }
        return new Search(terms, skip == null ? 0 : Integer.parseInt(skip));
    }

    private static @Nullable Boolean active(@Nullable String text) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw invalid("active must be true or false.");
        }
        return text == null ? null : Boolean.valueOf(text);
    }

    /// Every document has the label `latest`, so it filters nothing.
    private static @Nullable String label(@Nullable String text) {
        return "latest".equals(text) ? null : text;
    }

    private static @Nullable String time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            var time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() >= 0 && time.getYear() <= 9999) {
                return time.format(TIME);
            }
        } catch (DateTimeException notATime) {
            // Refused below like any other text.
        }
        throw invalid("updated_since must be a time with an offset, such as 2026-01-31T12:00:00Z.");
    }

    private static @Nullable Set<String> fields(@Nullable String text, DocumentService service, ListShape shape) {
        if (text == null) {
            return null;
        }
        var known = new ArrayList<>(TIMES);
        service.schema().fields().forEach(field -> known.add(field.name()));
        var fields = new TreeSet<>(ALWAYS);
        for (String name : text.split(",", -1)) {
            if (name.equals(SUMMARY)) {
                fields.addAll(shape.summary());
            } else if (known.contains(name) || ALWAYS.contains(name)) {
                fields.add(name);
            } else {
                throw invalid("fields must be " + SUMMARY + " or names of members with commas between them.");
            }
        }
        return fields;
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(ProblemType.INVALID_PARAMETER, detail);
    }
}
