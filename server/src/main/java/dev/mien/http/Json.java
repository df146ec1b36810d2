package dev.mien.http;

import dev.mien.api.ProblemType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON as clients send it, read strictly: what two readers could understand differently is refused. Numbers keep their
/// exact value.
public final class Json {
    /// Deepest nesting that a body may have.
    public static final int MAXIMUM_DEPTH = 100;

    private static final JsonMapper MAPPER = mapper(true);
    /// What is stored was read strictly when it came, or was written by hand; there the last of two members counts.
    private static final JsonMapper STORED = mapper(false);

    private static JsonMapper mapper(boolean strict) {
        return JsonMapper.builder(JsonFactory.builder()
                        .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAXIMUM_DEPTH)
                                .build())
                        .build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, strict)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    private Json() {}

    /// @throws ProblemException `malformed-body`, saying what is wrong and where
    public static JsonNode parse(byte[] body) {
        String text;
        try {
            // Jackson lets some wrong bytes pass (surrogates in UTF-8); the JDK's decoder does not.
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProblemException(ProblemType.MALFORMED_BODY, "The body is not valid UTF-8.");
        }
        if (text.isBlank()) {
            throw new ProblemException(ProblemType.MALFORMED_BODY, "The body is empty.");
        }
        try {
            return MAPPER.readTree(text);
        } catch (StreamConstraintsException e) {
            throw new ProblemException(
                    ProblemType.MALFORMED_BODY,
                    e.getMessage() != null && e.getMessage().contains("nesting depth")
                            ? "The body is nested more than " + MAXIMUM_DEPTH + " levels deep."
                            : "A number or name in the body is too long.");
        } catch (JacksonException e) {
            var where = e.getLocation();
            String place = where == null || where.getLineNr() < 1
                    ? ""
                    : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
            throw new ProblemException(
                    ProblemType.MALFORMED_BODY,
                    "The body is not well-formed JSON: " + firstLine(e.getOriginalMessage()) + place);
        }
    }

    /// A document of the store.
    public static JsonNode parseStored(byte[] json) {
        return STORED.readTree(json);
    }

    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").replaceFirst(" \\(start marker at .*", "");
    }
}
