package dev.mien.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What came of a batch.
///
/// @param results one for each operation, in their order; fewer if the batch was to stop at the first that is refused
@JsonIgnoreProperties(ignoreUnknown = true)
public record BatchResults(List<Result> results) {

    /// What came of one operation.
    ///
    /// @param status as if it had been a request of its own
    /// @param id null where it was refused, as are version, etag and changed
    /// @param changed false where the document was like that already
    /// @param document null where the answer leaves it out
    /// @param problem null where it was done
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Result(
            int status,
            @Nullable String id,
            @Nullable Long version,
            @Nullable String etag,
            @Nullable Boolean changed,
            @Nullable JsonNode document,
            @Nullable Problem problem) {}
}
