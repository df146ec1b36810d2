package dev.mien.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// Files of JSON Lines: one JSON object on each line, in UTF-8, compressed if the name ends in `.gz`.
final class Lines {
    /// The kinds of documents, in the order in which they can be imported, and where they are served.
    static final List<Kind> KINDS = List.of(new Kind("user", "users"), new Kind("persona", "personas"));

    /// A label of the persona before it: its `persona_id`, its name as `label`, and which `version` it names.
    static final String LABEL = "label";

    /// A picture or another file that personas name: its `address`, and its `content` in Base64.
    static final String ASSET = "asset";

    static final String ASSETS = "/api/v1/assets";

    /// Numbers keep their exact value.
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    // A hundred megabytes in Base64.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(140_000_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final String COMPRESSED = ".gz";

    private Lines() {}

    /// @param collection as in addresses
    record Kind(String name, String collection) {
        String path() {
            return "/api/v1/" + collection;
        }

        /// The address of one document.
        String path(String id) {
            return path() + "/" + ServerApi.encode(id);
        }
    }

    static InputStream read(Path file) throws IOException {
        var in = Files.newInputStream(file);
        try {
            return new BufferedInputStream(isCompressed(file) ? new GZIPInputStream(in) : in, 1 << 16);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    static OutputStream write(Path file, boolean compressed) throws IOException {
        var out = Files.newOutputStream(file);
        return new BufferedOutputStream(compressed ? new GZIPOutputStream(out) : out, 1 << 16);
    }

    static boolean isCompressed(Path file) {
        return file.toString().endsWith(COMPRESSED);
    }

    /// The next line without its end; null at the end of the file.
    static byte @Nullable [] next(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(1024);
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n') {
            line.write(b);
            b = in.read();
        }
        return line.toByteArray();
    }

    /// @throws IOException if it is not UTF-8
    static String text(byte[] line) throws IOException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line))
                .toString()
                .strip();
    }
}
