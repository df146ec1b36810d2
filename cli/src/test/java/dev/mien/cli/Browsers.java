package dev.mien.cli;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// A Chromium of this machine, without a screen. None is ever downloaded.
final class Browsers implements AutoCloseable {
    /// Long enough for a machine that does something else meanwhile; what is there at once does not wait.
    static final int PATIENCE_MILLIS = 20_000;

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");

    private final Playwright playwright;
    private final Browser browser;
    private final URI server;
    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private Browsers(Playwright playwright, Browser browser, URI server) {
        this.playwright = playwright;
        this.browser = browser;
        this.server = server;
    }

    /// @param server what the addresses of pages begin with
    /// @return empty where this machine has no Chromium
    static Optional<Browsers> open(URI server) {
        return chromium().map(program -> {
            var playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            var options = new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    // Chromium's own sandbox does not start for root, as tests in a container are.
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage"));
            return new Browsers(playwright, playwright.chromium().launch(options), server);
        });
    }

    private static Optional<Path> chromium() {
        String chosen = System.getenv("MIEN_BROWSER");
        if (chosen != null) {
            return Optional.of(Path.of(chosen));
        }
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// How a window is.
    ///
    /// @param actor the name of whoever writes in it; empty for nobody's
    record Look(int width, int height, ColorScheme scheme, String actor) {
        static final Look WIDE = new Look(1440, 900, ColorScheme.LIGHT, "");
        static final Look PHONE = new Look(390, 844, ColorScheme.LIGHT, "");

        Look by(String name) {
            return new Look(width, height, scheme, name);
        }

        Look dark() {
            return new Look(width, height, ColorScheme.DARK, actor);
        }
    }

    /// A window of somebody who was never here before.
    Page window(Look look) {
        var context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(server.toString())
                .setViewportSize(look.width(), look.height())
                .setColorScheme(look.scheme())
                .setLocale("en-GB")
                .setTimezoneId("UTC"));
        contexts.add(context);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        if (!look.actor().isEmpty()) {
            context.addInitScript("localStorage.setItem('mien.actor', '" + look.actor() + "')");
        }
        return window(context);
    }

    /// Another window of the same person.
    Page window(BrowserContext context) {
        var page = context.newPage();
        page.onPageError(complaint -> complaints.add("uncaught: " + complaint));
        page.onConsoleMessage(message -> {
            // A 404 or 412 is how the server says no, and the console knows what to do then.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                complaints.add("console: " + message.text());
            }
        });
        page.onDialog(dialog -> {
            complaints.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    /// What went wrong in any window since the last call: errors, violations of the page's policy, dialogs.
    List<String> complaints() {
        var all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    void closeWindows() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
    }

    /// What is wrong with a page by WCAG 2.2, levels A and AA, as far as axe-core can tell.
    static List<String> barriers(Page page) {
        page.evaluate(AXE);
        var found = page.evaluate("""
                async () => {
                  const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
                  return violations.map(one => `${one.id} (${one.impact}): ${one.nodes.slice(0, 4).map(node =>
                      `${node.html.slice(0, 160)} — ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`).join(' | ')}`);
                }
                """);
        return found instanceof Collection<?> all
                ? all.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static final String AXE = axe();

    private static String axe() {
        try (var stream = Browsers.class.getResourceAsStream("/axe.min.js")) {
            return new String(Stream.of(stream).findFirst().orElseThrow().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closeWindows();
        browser.close();
        playwright.close();
    }
}
