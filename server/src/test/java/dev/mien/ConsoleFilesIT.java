package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files of the console, as they are sent.
class ConsoleFilesIT {
    private static final Path FILES = Path.of("src/main/resources/dev/mien/web/console");
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"(/console/[^\"]+)\"|'\\./([a-z-]+\\.js)'");

    @TempDir
    Path directory;

    private RunningMien mien;

    @BeforeEach
    void start() {
        mien = new RunningMien(directory);
    }

    @AfterEach
    void stop() {
        mien.close();
    }

    private static List<Path> files() throws IOException {
        try (var files = Files.list(FILES)) {
            return files.toList();
        }
    }

    @Test
    void everyFile_isSentAsItIs_withItsTypeAndThePolicy() throws IOException {
        for (var file : files()) {
            var reply = mien.get("/console/" + file.getFileName());

            assertThat(reply.status()).as("%s", file).isEqualTo(200);
            assertThat(reply.text()).isEqualTo(Files.readString(file));
            String ending = file.toString().replaceFirst(".*\\.", "");
            assertThat(reply.header("Content-Type"))
                    .isEqualTo(
                            switch (ending) {
                                case "js" -> "text/javascript; charset=utf-8";
                                case "css" -> "text/css; charset=utf-8";
                                case "svg" -> "image/svg+xml";
                                default -> "text/html; charset=utf-8";
                            });
            assertThat(reply.header("Content-Security-Policy"))
                    .contains(
                            "default-src 'none'",
                            "script-src 'self';",
                            "frame-ancestors 'none'",
                            "trusted-types 'none'")
                    .doesNotContain("unsafe");
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
        }
    }

    @Test
    void everyFileThatAnotherNames_isThere() throws IOException {
        for (var file : files()) {
            REFERENCE.matcher(Files.readString(file)).results().forEach(reference -> {
                String address = reference.group(1) == null ? "/console/" + reference.group(2) : reference.group(1);
                assertThat(mien.get(address).status())
                        .as("%s names %s", file, address)
                        .isEqualTo(200);
            });
        }
    }

    @Test
    void start_isThePage() throws IOException {
        assertThat(mien.get("/").text()).isEqualTo(Files.readString(FILES.resolve("index.html")));
    }

    @Test
    void file_thatTheClientHas_isNotSentAgain() {
        String etag = mien.get("/console/app.js").header("ETag");

        var again = mien.get("/console/app.js", "If-None-Match", etag);
        var other = mien.get("/console/app.js", "If-None-Match", "\"something else\"");

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
        assertThat(other.status()).isEqualTo(200);
    }

    @Test
    void name_thatIsNoFileOfTheConsole_isNotFound() {
        for (String name : List.of(
                "nothing.js",
                "..%2Fpackage-info.class",
                "%2e%2e%2fOpenApi.class",
                "app.class",
                "App.js",
                "app.js%00",
                "preact")) {
            assertThat(mien.get("/console/" + name).status()).as(name).isIn(400, 404);
        }
    }
}
