package dev.mien;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.api.ProblemType;
import dev.mien.config.Settings;
import dev.mien.document.Field;
import dev.mien.document.Schema;
import dev.mien.persona.PersonaService;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.user.UserService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The pages in `docs/` say what the code does.
class DocumentationTest {
    private static final Path DOCS = Path.of("..", "docs");

    @TempDir
    Path data;

    private static String page(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    @Test
    void configuration_everySetting_standsInItsThreeSpellingsWithDefaultAndMeaning() throws IOException {
        String page = page("configuration.md");

        assertThat(Settings.keys())
                .allSatisfy(key -> assertThat(page)
                        .contains("| `" + key.flag() + "` | `" + key.variable() + "` | `" + key.key() + "` | `"
                                + key.byDefault() + "` | " + key.description() + " |"));
        assertThat(page.lines().filter(line -> line.startsWith("| `--"))).hasSameSizeAs(Settings.keys());
    }

    @Test
    void performance_everyMeasuredRow_standsInAResult() throws IOException {
        var results = new StringBuilder();
        try (var files = Files.walk(Path.of("..", "benchmarks", "results"))) {
            for (var file : files.filter(path -> path.endsWith("README.md")).toList()) {
                results.append(Files.readString(file)).append('\n');
            }
        }
        var rows = page("performance.md")
                .lines()
                .filter(line -> line.startsWith("| ") && line.contains("**"))
                .toList();

        assertThat(rows).hasSizeGreaterThan(20);
        assertThat(results.toString().lines()).containsAll(rows);
    }

    @Test
    void api_everyRouteAndNoOther_isDescribed() throws Exception {
        var described = new TreeSet<String>();
        Pattern.compile("(?m)^### `([A-Z]+ [^`]+)`")
                .matcher(page("api.md"))
                .results()
                .forEach(match -> described.add(match.group(1)));

        assertThat(described).isEqualTo(routes());
    }

    private TreeSet<String> routes() {
        SqliteMigrations.migrate(data);
        var config = Settings.of(Map.of("data", data.toString(), "port", "0"), Map.of(), null)
                .toConfig();
        var routes = new TreeSet<String>();
        try (var mien = new Mien(config, 1)) {
            var paths = new JsonMapper().readTree(mien.description()).get("paths");
            paths.properties()
                    .forEach(path -> path.getValue()
                            .propertyNames()
                            .forEach(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        }
        return routes;
    }

    @Test
    void api_everyMemberAndEveryProblem_isDescribed() throws IOException {
        String page = page("api.md");

        for (var schema : new Schema[] {PersonaService.SCHEMA, UserService.SCHEMA}) {
            assertThat(schema.fields())
                    .extracting(Field::name)
                    .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
        }
        assertThat(ProblemType.values())
                .allSatisfy(type ->
                        assertThat(page).containsPattern("\\| `" + type.slug() + "` \\| " + type.status() + " \\|"));
    }
}
