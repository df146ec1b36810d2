package dev.mien.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cast and the users that the program brings along.
record Samples(List<JsonNode> personas, List<JsonNode> users) {
    private static final JsonMapper JSON = new JsonMapper();

    static Samples load() {
        try {
            URI folder = Objects.requireNonNull(Samples.class.getResource("/samples/users.json"))
                    .toURI();
            if (!folder.getScheme().equals("jar")) {
                return read(Path.of(folder).resolveSibling(""));
            }
            try (var jar = FileSystems.newFileSystem(folder, Map.of())) {
                return read(jar.getPath("/samples"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Samples read(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("personas"))) {
            var personas = files.sorted().map(Samples::parse).toList();
            var users = StreamSupport.stream(parse(folder.resolve("users.json")).spliterator(), false)
                    .toList();
            return new Samples(personas, users);
        }
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
