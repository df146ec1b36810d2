package dev.mien.cli;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.mien.api.MienClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Makes the pictures of `docs/console.md`, of the sample personas. Not part of the build: the name is not that of a
/// test, so it has to be asked for. `docs/console.md` has the command.
class ConsoleScreenshots {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Path SAMPLES = Path.of("..", "samples");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Browsers.Look LOOK = new Browsers.Look(1280, 800, ColorScheme.LIGHT, "");

    @TempDir
    Path directory;

    private final Map<String, String> ids = new HashMap<>();

    @Test
    void take() throws IOException {
        try (var server = new ServerProcess(directory.resolve("data"), 4, directory.resolve("log"));
                var client = new MienClient(server.address());
                var browsers = Browsers.open(server.address()).orElseThrow()) {
            fill(client);
            gallery(browsers, client);
            editor(browsers);
            conflict(browsers);
            history(browsers, client);
            workers(browsers);
        }
    }

    private void fill(MienClient client) throws IOException {
        var users = JSON.readValue(
                SAMPLES.resolve("users.json").toFile(), new TypeReference<List<Map<String, Object>>>() {});
        var owners = users.stream()
                .map(user -> client.users().create(user).body().id())
                .toList();
        try (var files = Files.list(SAMPLES.resolve("personas"))) {
            for (var file : files.sorted().toList()) {
                var draft = JSON.readValue(file.toFile(), new TypeReference<Map<String, Object>>() {});
                draft.put("owner_id", owners.get(ids.size() % owners.size()));
                var persona = client.personas().create(draft).body();
                ids.put(persona.name(), persona.id());
            }
        }
    }

    private void gallery(Browsers browsers, MienClient client) throws IOException {
        var page = browsers.window(LOOK.by("Maren"));
        page.navigate("/");
        assertThat(page.locator(".tile")).hasCount(ids.size());
        shoot(page, "gallery");
        var dark = browsers.window(LOOK.dark().by("Maren"));
        dark.navigate("/");
        assertThat(dark.locator(".tile")).hasCount(ids.size());
        shoot(dark, "dark");
        assertThat(client.isReady()).isTrue();
    }

    private void editor(Browsers browsers) throws IOException {
        var page = browsers.window(LOOK.by("Maren"));
        page.navigate("/#/personas/" + ids.get("Ophelia"));
        assertThat(page.locator("#field-greeting")).isVisible();
        assertThat(page.locator(".preview .loading")).hasCount(0);
        shoot(page, "editor");
    }

    private void conflict(Browsers browsers) throws IOException {
        String address = "/#/personas/" + ids.get("Gertrude");
        var maren = browsers.window(LOOK.by("Maren"));
        var tobias = browsers.window(LOOK.by("Tobias"));
        maren.navigate(address);
        tobias.navigate(address);
        var text = maren.locator("#field-scenario");
        assertThat(text).not().hasValue("");
        String before = text.inputValue();
        text.fill(before.replace("a small warm room", "a small room, kept too warm,"));
        var other = tobias.locator("#field-scenario");
        assertThat(other).hasValue(before);
        other.fill(before.replace("a small warm room", "a low room") + " Somebody is listening.");
        tobias.keyboard().press("Control+s");
        assertThat(maren.locator(".conflict")).isVisible();
        maren.locator(".conflict").evaluate("one => one.scrollIntoView({ block: 'center' })");
        shoot(maren, "conflict");
    }

    private void history(Browsers browsers, MienClient client) throws IOException {
        String id = ids.get("Polonius");
        var page = browsers.window(LOOK.by("Maren"));
        page.navigate("/#/personas/" + id);
        var greeting = page.locator("#field-greeting");
        assertThat(greeting).not().hasValue("");
        edit(page, greeting.inputValue().replaceFirst("\\.", ", since you ask."), "He never just answers.", 2);
        client.personas().moveLabel(id, "production", 2);
        edit(page, greeting.inputValue().replaceFirst("since you ask", "since somebody has to"), "Drier.", 3);
        edit(
                page,
                greeting.inputValue() + " *He looks for his glasses, and is wearing them.*",
                "A little business.",
                4);
        page.navigate("/#/personas/" + id + "/history");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Version 3"))
                .click();
        assertThat(page.locator(".version-sheet ins").first()).isVisible();
        shoot(page, "history");
    }

    private static void edit(Page page, String greeting, String why, int version) {
        page.locator("#field-greeting").fill(greeting);
        page.getByLabel("Why, for the history").fill(why);
        page.keyboard().press("Control+s");
        assertThat(page.getByText("Version " + version + ", saved")).isVisible();
    }

    private void workers(Browsers browsers) throws IOException {
        var page = browsers.window(LOOK.by("Maren"));
        page.navigate("/#/workers");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Try to read something old"))
                .click();
        assertThat(page.locator(".verdict.good")).isVisible();
        shoot(page, "workers");
    }

    /// As small as PNG makes it.
    private static void shoot(Page page, String name) throws IOException {
        page.evaluate("document.fonts.ready");
        page.evaluate("document.querySelector('.toasts').style.visibility = 'hidden'");
        page.mouse().move(2, 400);
        byte[] png = page.screenshot();
        var file = DOCS.resolve("console-" + name + ".png");
        var writer = ImageIO.getImageWritersByFormatName("png").next();
        Files.deleteIfExists(file);
        try (var out = ImageIO.createImageOutputStream(file.toFile())) {
            var small = writer.getDefaultWriteParam();
            small.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            small.setCompressionQuality(0);
            writer.setOutput(out);
            writer.write(null, new IIOImage(ImageIO.read(new ByteArrayInputStream(png)), null, null), small);
        } finally {
            writer.dispose();
        }
        assertThat(Files.size(file)).isLessThan(200_000);
    }
}
