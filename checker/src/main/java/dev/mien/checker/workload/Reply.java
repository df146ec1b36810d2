package dev.mien.checker.workload;

import dev.mien.api.RevisionToken;
import dev.mien.checker.history.Token;
import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// An answer as it came.
final class Reply {
    static final JsonMapper JSON = new JsonMapper();

    private final ClassicHttpResponse response;
    private final byte[] body;
    private @Nullable JsonNode json;

    Reply(ClassicHttpResponse response, byte[] body) {
        this.response = response;
        this.body = body;
    }

    int status() {
        return response.getCode();
    }

    /// The number of the worker that answered, -1 when the answer does not say.
    int worker() {
        return (int) number("Mien-Worker", -1);
    }

    /// The version of the document where the body does not say it, 0 when the answer does not say either.
    long version() {
        return number("Mien-Version", 0);
    }

    @Nullable String etag() {
        return text("ETag");
    }

    @Nullable Token token() {
        String text = text(RevisionToken.HEADER);
        return text == null ? null : Token.parse(text);
    }

    /// @throws IOException when the body is no JSON, which is no answer that a client could use
    JsonNode json() throws IOException {
        if (json != null) {
            return json;
        }
        try {
            json = body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
            return json;
        } catch (JacksonException e) {
            throw new IOException("an answer that is no JSON", e);
        }
    }

    /// Whether it promises that the write did not happen and will not.
    boolean isNotApplied() {
        try {
            return status() == 503 && json().path("outcome").asString("").equals("not-applied");
        } catch (IOException e) {
            return false;
        }
    }

    private long number(String header, long otherwise) {
        String text = text(header);
        return text == null ? otherwise : Long.parseLong(text);
    }

    private @Nullable String text(String header) {
        var first = response.getFirstHeader(header);
        return first == null ? null : first.getValue();
    }
}
