package dev.mien.webhook;

import dev.mien.feed.Filter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A URL that is told of changes.
///
/// @param secret the key of the signature: `whsec_` and Base64
/// @param kinds words such as `persona`; empty for all
/// @param ids of documents; empty for all
/// @param edition counts the changes of this record by its owner
/// @param position a token: everything up to it was delivered, filtered or given up
record Webhook(
        String id,
        String url,
        String secret,
        boolean active,
        List<String> kinds,
        List<String> ids,
        @Nullable String owner,
        @Nullable String tag,
        boolean includeDocument,
        String createdAt,
        long edition,
        String position) {

    static List<String> words(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
    }

    /// @throws IllegalArgumentException in one clear sentence without its full stop, if it does not fit
    Filter filter() {
        return Filter.of(kinds, ids, owner, tag);
    }
}
