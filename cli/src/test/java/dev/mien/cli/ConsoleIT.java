package dev.mien.cli;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.mien.cli.Browsers.Look.PHONE;
import static dev.mien.cli.Browsers.Look.WIDE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import dev.mien.api.MienClient;
import dev.mien.api.Persona;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The console, as those see it who write in it: a real browser before a real server with two workers.
///
/// Where this machine has no Chromium, all of it is skipped, and says so.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ConsoleIT {
    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static MienClient client;
    private static Browsers browsers;

    @BeforeAll
    static void start() {
        PlaywrightAssertions.setDefaultAssertionTimeout(Browsers.PATIENCE_MILLIS);
        server = new ServerProcess(directory.resolve("data"), 2, directory.resolve("log"));
        client = new MienClient(server.address());
        var opened = Browsers.open(server.address());
        assumeTrue(
                opened.isPresent(),
                "No Chromium on the PATH, so the console is not tested. Install one, or set MIEN_BROWSER.");
        browsers = opened.orElseThrow();
    }

    @AfterAll
    static void stop() {
        if (browsers != null) {
            browsers.close();
        }
        client.close();
        server.close();
    }

    @AfterEach
    void closeWindows() {
        browsers.closeWindows();
        assertThat(browsers.complaints()).isEmpty();
    }

    private static Persona create(Map<String, ?> draft) {
        return client.personas().create(draft).body();
    }

    private static Persona current(String id) {
        return client.personas().get(id).body();
    }

    /// A window of the editor, ready to be typed into.
    private static Page editor(Browsers.Look look, String id) {
        var page = browsers.window(look);
        page.navigate("/#/personas/" + id);
        assertThat(member(page, "greeting")).isVisible();
        return page;
    }

    private static Locator member(Page page, String name) {
        return page.locator("#field-" + name);
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    @Test
    void create_byItsNameAlone_opensTheEditorOfWhatIsStored() {
        var page = browsers.window(WIDE.by("Anna"));
        page.navigate("/");

        button(page, "New persona").click();
        page.getByLabel("What is the character called?").fill("Yorick");
        page.keyboard().press("Enter");

        assertThat(page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)))
                .hasValue("Yorick");
        String id = page.url().replaceFirst(".*/", "");
        assertThat(current(id).name()).isEqualTo("Yorick");
    }

    @Test
    void edit_saved_storesWhatWasChangedAndSaysWho() {
        var persona = create(Map.of("name", "Osric", "greeting", "Sweet lord.", "tags", List.of("court")));
        var page = editor(WIDE.by("Änna"), persona.id());

        member(page, "greeting").fill("Sweet lord, your hat.");
        page.getByLabel("Why, for the history").fill("He insists.");
        page.keyboard().press("Control+s");
        assertThat(page.getByText("Version 2, saved")).isVisible();

        assertThat(current(persona.id()).greeting()).isEqualTo("Sweet lord, your hat.");
        assertThat(current(persona.id()).tags()).containsExactly("court");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("History"))
                .click();
        assertThat(page.getByText("He insists.")).isVisible();
        assertThat(page.getByText("Änna").last()).isVisible();
    }

    @Test
    void edit_refusedByTheServer_saysWhereAndKeepsTheText() {
        var persona = create(Map.of("name", "Osric"));
        var page = editor(WIDE, persona.id());

        page.locator("#field-name").fill("   ");
        page.keyboard().press("Control+s");

        assertThat(page.locator("#field-name[aria-invalid]")).hasValue("   ");
        assertThat(current(persona.id()).name()).isEqualTo("Osric");
    }

    @Test
    void conflict_inTwoWindows_mergesWhatDoesNotOverlapAndAsksAboutWhatDoes() {
        String id = create(Map.of("name", "Gertrude", "greeting", "Come closer.", "scenario", "The closet."))
                .id();
        var anna = editor(WIDE.by("Anna"), id);
        var ben = editor(WIDE.by("Ben"), id);
        member(ben, "greeting").fill("Come closer, child.");

        // What Ben does not edit comes over at once, and he is told whose it is.
        member(anna, "scenario").fill("The closet, at night.");
        anna.keyboard().press("Control+s");
        assertThat(ben.getByText("Anna saved version 2: scenario. It is merged into what you see."))
                .isVisible();
        assertThat(member(ben, "scenario")).hasValue("The closet, at night.");
        assertThat(member(ben, "greeting")).hasValue("Come closer, child.");

        // What both edit is asked about. Nothing is sent before that, and nothing is lost.
        member(anna, "greeting").fill("Come here.");
        anna.keyboard().press("Control+s");
        var question = ben.locator("[data-conflict=greeting]");
        assertThat(question).containsText("Anna changed greeting too");
        assertThat(question.locator("ins").first()).hasText(", child");
        assertThat(question.locator("ins").last()).hasText("here");
        assertThat(question.locator("del").last()).hasText("closer");
        assertThat(member(ben, "greeting")).hasValue("Come closer, child.");
        ben.keyboard().press("Control+s");
        assertThat(ben.getByText("Your text is safe; decide about it below.")).isVisible();
        assertThat(current(id).greeting()).isEqualTo("Come here.");

        question.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Both, to edit"))
                .click();
        assertThat(question).isHidden();
        ben.keyboard().press("Control+s");
        assertThat(ben.getByText("Version 4, saved")).isVisible();
        assertThat(current(id).greeting()).isEqualTo("Come closer, child.\n\nCome here.");
        assertThat(current(id).scenario()).isEqualTo("The closet, at night.");
        assertThat(member(anna, "greeting")).hasValue("Come closer, child.\n\nCome here.");
    }

    @Test
    void conflict_unseenUntilItIsSaved_isAskedAboutThen() {
        String id =
                create(Map.of("name", "Gertrude", "greeting", "Come closer.")).id();
        var page = browsers.window(WIDE);
        // A window that hears nothing of what others do.
        page.route("**/api/v1/changes**", Route::abort);
        page.navigate("/#/personas/" + id);
        member(page, "greeting").fill("Mine.");
        client.personas().patch(id, Map.of("greeting", "Theirs.", "nickname", "Trudy"));

        page.keyboard().press("Control+s");

        assertThat(page.locator("[data-conflict=greeting]")).containsText("Theirs.");
        assertThat(member(page, "greeting")).hasValue("Mine.");
        assertThat(member(page, "nickname")).hasValue("Trudy");
        assertThat(current(id).greeting()).isEqualTo("Theirs.");
        button(page, "Keep mine").click();
        page.keyboard().press("Control+s");
        assertThat(page.getByText("Version 3, saved")).isVisible();
        assertThat(current(id).greeting()).isEqualTo("Mine.");
    }

    @Test
    void unsavedWork_afterAReload_isThereWithWhatOthersSavedMeanwhile() {
        String id = create(Map.of("name", "Laertes", "greeting", "Sister.", "scenario", "The harbour."))
                .id();
        var page = editor(WIDE, id);
        member(page, "greeting").fill("Sister, listen.");
        page.reload();
        assertThat(member(page, "greeting")).hasValue("Sister, listen.");
        assertThat(page.getByText("Here is what you had not saved: greeting.")).isVisible();
        page.close();
        client.personas().patch(id, Map.of("scenario", "The harbour, at dawn.", "greeting", "My sister."));

        page = browsers.window(page.context());
        page.navigate("/#/personas/" + id);

        // The window that it was written in is gone, so it is offered. It was made from a version that is old by now.
        button(page, "Take it up").click();
        assertThat(page.locator("[data-conflict=greeting]")).containsText("My sister.");
        assertThat(member(page, "greeting")).hasValue("Sister, listen.");
        assertThat(member(page, "scenario")).hasValue("The harbour, at dawn.");
        assertThat(current(id).greeting()).isEqualTo("My sister.");
    }

    @Test
    void history_anOlderVersion_isComparedWordByWordAndRestored() {
        String id = create(Map.of("name", "Polonius", "greeting", "Brevity is the soul of wit."))
                .id();
        client.personas().patch(id, Map.of("greeting", "Brevity is the essence of wit."));
        var page = browsers.window(WIDE.by("Anna"));
        page.navigate("/#/personas/" + id + "/history");

        var sheet = page.locator(".version-sheet");
        assertThat(sheet.locator("del")).hasText("soul");
        assertThat(sheet.locator("ins")).hasText("essence");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Version 1"))
                .first()
                .click();
        button(page, "Restore this version").click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Restore"))
                .click();
        assertThat(sheet.getByText("Version 3").first()).isVisible();
        assertThat(current(id).greeting()).isEqualTo("Brevity is the soul of wit.");

        button(page, "Label version 3").click();
        page.keyboard().type("production");
        page.keyboard().press("Enter");
        assertThat(page.locator(".timeline .tag")).hasText("production");
    }

    /// Skips a test of what the server cannot do; the console then says so in its place.
    private static void requires(String address) {
        var page = browsers.window(WIDE);
        var known = page.navigate("/openapi.json").text().contains("\"" + address + "\"");
        page.close();
        assumeTrue(known, "This server has no " + address);
    }

    /// A file let go over the page, as a browser tells of it.
    private static void drop(Page page, Map<String, String> files) {
        page.evaluate("""
                files => {
                  const dataTransfer = new DataTransfer();
                  Object.entries(files).forEach(([name, text]) =>
                      dataTransfer.items.add(new File([text], name, { type: 'application/json' })));
                  for (const type of ['dragenter', 'dragover', 'drop']) {
                    document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
                  }
                }
                """, files);
    }

    @Test
    void import_byDrop_reportsFirstAndImportsWhenAskedTo() {
        requires("/api/v1/personas/import");
        var page = browsers.window(WIDE.by("Anna"));
        page.navigate("/");
        assertThat(page.locator(".filters")).isVisible();
        drop(page, Map.of("voltimand.json", """
                {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Voltimand", "description": "An envoy.",
                 "first_mes": "Most fair return.", "tags": ["court"], "extensions": {"unheard-of": {"kept": true}}}}
                """, "broken.json", "{\"spec\": \"chara_card_v2\", \"data\": "));

        assertThat(page.getByText("1 card can be imported, 1 refused. Nothing was changed yet."))
                .isVisible();
        assertThat(client.personas().list(Map.of("q", "Voltimand")).body().items())
                .isEmpty();
        button(page, "Import 1 card").click();
        assertThat(page.getByText("1 persona imported.").first()).isVisible();

        var imported = client.personas().list(Map.of("q", "Voltimand")).body().items();
        assertThat(imported).singleElement().satisfies(persona -> {
            assertThat(persona.greeting()).isEqualTo("Most fair return.");
            assertThat(persona.description()).isEqualTo("An envoy.");
        });
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Voltimand"))
                .click();
        assertThat(member(page, "greeting")).hasValue("Most fair return.");
    }

    @Test
    void export_toAnOlderVersion_downloadsTheCardAndSaysWhatItCannotSay() {
        requires("/api/v1/personas/import");
        var page = editor(
                WIDE, create(Map.of("name", "Cornelius", "nickname", "Corny")).id());

        button(page, "Export").click();
        var download = page.waitForDownload(
                () -> page.getByText("Card as JSON, version 2").click());

        assertThat(download.suggestedFilename()).isEqualTo("Cornelius.json");
        assertThat(page.getByText("Kept in it for the way back only: nickname."))
                .isVisible();
    }

    @Test
    void preview_ofUnsavedWork_showsThePromptAndWhatTheLorebookCallsUp() {
        requires("/api/v1/personas/{id}/render");
        String id = create(Map.of(
                        "name", "Ophelia",
                        "description", "{{char}} knows herbs.",
                        "lorebook",
                                Map.of(
                                        "entries",
                                        List.of(Map.of(
                                                "keys",
                                                List.of("rue"),
                                                "content",
                                                "Rue is for the eyes.",
                                                "name",
                                                "Rue",
                                                "enabled",
                                                true)))))
                .id();
        var page = editor(WIDE, id);
        var preview = page.locator(".preview");
        assertThat(preview).containsText("Ophelia knows herbs.");

        member(page, "description").fill("{{char}} knows herbs, and their uses.");
        assertThat(preview).containsText("Ophelia knows herbs, and their uses.");
        assertThat(preview.locator(".tokens")).containsText("tokens");
        page.getByLabel("Try it").fill("What is rue for?");
        assertThat(page.locator(".entry.called")).containsText("Rue");
        assertThat(page.getByText("Calls up 1 entry: Rue.")).isVisible();
        assertThat(current(id).version()).isEqualTo(1);
    }

    @Test
    void portrait_chosenInTheEditor_isShownInTheGallery() throws IOException {
        requires("/api/v1/personas/{id}/avatar");
        String id = create(Map.of("name", "The Ghost in a picture")).id();
        var page = editor(WIDE, id);
        var picture = new BufferedImage(400, 400, BufferedImage.TYPE_INT_RGB);
        var png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);

        page.getByLabel("Portrait", new Page.GetByLabelOptions().setExact(true))
                .setInputFiles(new FilePayload("ghost.png", "image/png", png.toByteArray()));
        assertThat(page.getByText("The portrait is in place.")).isVisible();

        page.navigate("/#/?q=ghost+picture");
        assertThat(page.locator(".tile img")).hasJSProperty("naturalWidth", 256);
    }

    @Test
    void user_isCreatedEditedAndDeactivated() {
        var page = browsers.window(WIDE);
        page.navigate("/#/users");
        button(page, "New user").click();
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("Barnardo");
        page.getByLabel("Username").fill("no good");
        button(page, "Create").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        page.getByLabel("Username").fill("barnardo");
        button(page, "Create").click();

        member(page, "bio").fill("Who is there?");
        page.keyboard().press("Control+s");
        assertThat(page.getByText("Version 2, saved")).isVisible();
        button(page, "Deactivate").click();
        page.getByRole(AriaRole.DIALOG)
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Deactivate"))
                .click();
        assertThat(page.getByText("Deactivated. Their personas stay as they are."))
                .isVisible();

        assertThat(client.users().list(Map.of("active", "false")).body().items())
                .singleElement()
                .satisfies(user -> {
                    assertThat(user.username()).isEqualTo("barnardo");
                    assertThat(user.bio()).isEqualTo("Who is there?");
                });
    }

    @Test
    void search_amongTenThousand_findsAsOneTypesAndScrollsThemAll() {
        var crowd = new ServerProcess(directory.resolve("crowd"), 2, directory.resolve("log"));
        try (crowd;
                var there = new MienClient(crowd.address())) {
            for (int i = 0; i < 10; i++) {
                int block = i;
                there.personas()
                        .createAll(IntStream.range(0, 1_000)
                                .mapToObj(
                                        n -> Map.of("name", "Player " + (block * 1_000 + n), "tags", List.of("crowd")))
                                .toList());
            }
            there.personas().create(Map.of("name", "Ophelia", "greeting", "You may hold the basket of rosemary."));
            var page = browsers.window(WIDE);
            page.navigate(crowd.address() + "/");
            assertThat(page.locator(".tile-name").first()).hasText("Ophelia");

            page.keyboard().press("/");
            page.keyboard().type("rosem");
            assertThat(page.locator(".count")).hasText("1 persona");
            assertThat(page.locator(".tile mark")).hasText("rosem".concat("ary"));
            page.keyboard().press("Escape");

            // Every persona of another order has to be there, and no more in the page than fit the window.
            page.getByLabel("Order").selectOption("name");
            assertThat(page.locator(".count")).hasText("10,001 personas");
            assertThat(page.locator(".tile-name").first()).hasText("Ophelia");
            page.locator(".grid a").first().focus();
            page.keyboard().press("End");
            assertThat(page.locator(".tile a:focus .tile-name")).hasText("Player 9999");
            assertThat(page.locator(".tile").count()).isLessThan(120);
        }
    }

    @Test
    void gallery_whatOthersChange_isShownAtOnce() {
        var persona = create(Map.of("name", "Reynaldo"));
        var page = browsers.window(WIDE);
        page.navigate("/");
        assertThat(page.getByText("Reynaldo")).isVisible();
        assertThat(page.getByLabel("Live: changes by others appear here at once"))
                .isVisible();

        client.personas().patch(persona.id(), Map.of("name", "Reynaldo the spy"));
        assertThat(page.getByText("Reynaldo the spy")).isVisible();
        client.personas().delete(persona.id());
        assertThat(page.getByText("Reynaldo the spy")).isHidden();
    }

    @Test
    void keyboardAlone_findsEditsAndSaves() {
        String id =
                create(Map.of("name", "Marcellus", "tags", List.of("watch"))).id();
        var page = browsers.window(WIDE);
        page.navigate("/");
        assertThat(page.locator(".tile").first()).isVisible();

        page.keyboard().press("/");
        page.keyboard().type("marcel");
        assertThat(page.locator(".tile")).hasCount(1);
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(member(page, "greeting")).isVisible();
        for (int i = 0; i < 40 && !focused(page).equals("field-description"); i++) {
            page.keyboard().press("Tab");
        }
        page.keyboard().type("He guards the platform.");
        page.keyboard().press("Control+s");

        assertThat(page.getByText("Version 2, saved")).isVisible();
        assertThat(current(id).description()).isEqualTo("He guards the platform.");
    }

    private static String focused(Page page) {
        return String.valueOf(page.evaluate("document.activeElement.id"));
    }

    @Test
    void hostilePersona_isTextWhereverItIsShown() {
        String hostile = "<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>";
        String id = create(Map.of(
                        "name", hostile,
                        "greeting", hostile + " {{user}} javascript:window.ran=1",
                        "tags", List.of(hostile, "</style>"),
                        "alternate_greetings", List.of(hostile),
                        "attributes", Map.of(hostile, hostile, "__proto__", Map.of("ran", 1)),
                        "lorebook",
                                Map.of(
                                        "name",
                                        hostile,
                                        "entries",
                                        List.of(
                                                Map.of("keys", List.of(hostile), "content", hostile, "name", hostile),
                                                Map.of(
                                                        "keys",
                                                        List.of("(a+)+$"),
                                                        "use_regex",
                                                        true,
                                                        "content",
                                                        hostile),
                                                Map.of("keys", "no list", "content", 7)))))
                .id();
        client.personas().patch(id, Map.of("greeting", hostile + " again", "tags", List.of("<b>")));

        var page = browsers.window(WIDE);
        for (String view : List.of("/#/?q=again", "/#/personas/" + id, "/#/personas/" + id + "/history")) {
            page.navigate(view);
            assertThat(page.getByText(hostile.substring(0, 20)).first()).isAttached();
            assertThat(page.locator("main img")).hasCount(0);
            assertThat(page.evaluate("window.ran")).isNull();
        }
        page.navigate("/#/personas/" + id);
        assertThat(member(page, "greeting")).hasValue(hostile + " again");
        assertThat((Boolean) page.evaluate("({}).ran === undefined")).isTrue();
    }

    @Test
    void verification_ofATrueServer_findsNothing_andOfAStaleAnswerSaysSo() {
        var page = browsers.window(WIDE);
        page.navigate("/#/workers");
        assertThat(page.locator(".worker")).hasCount(2);
        button(page, "Try to read something old").click();
        assertThat(page.locator(".verdict")).containsText("Nothing old was read, and nothing was lost");
        assertThat(page.locator(".changes li").first()).isVisible();
        assertThat(client.personas().list(Map.of("q", "Verification")).body().items())
                .isEmpty();

        // The first answer about each of its personas, again and again: what a cache does that nobody told.
        var first = new HashMap<String, byte[]>();
        page.route(Pattern.compile("/api/v1/personas/[^/?]+$"), route -> {
            String address = route.request().url();
            if (!route.request().method().equals("GET")) {
                route.resume();
                return;
            }
            if (!first.containsKey(address)) {
                first.put(address, route.fetch().body());
            }
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setHeaders(Map.of("Mien-Worker", "1"))
                    .setBodyBytes(first.get(address)));
        });
        button(page, "Try again").click();
        assertThat(page.locator(".verdict.bad")).containsText("A read was not true");
        assertThat(page.locator(".examples li").first()).containsText("had been acknowledged before the read began");
    }

    @Test
    void everyView_inLightAndDark_hasNoBarriers() {
        String id = create(Map.of(
                        "name", "Horatio",
                        "greeting", "Here, sweet lord.",
                        "tags", List.of("scholar"),
                        "attributes", Map.of("home", "Wittenberg"),
                        "lorebook",
                                Map.of("entries", List.of(Map.of("keys", List.of("ghost"), "content", "He saw it.")))))
                .id();
        client.personas().patch(id, Map.of("greeting", "Here, my lord."));
        String user =
                client.users().create(Map.of("username", "barriers")).body().id();
        var views = List.of(
                "/#/",
                "/#/?q=nobodyhasthisword",
                "/#/personas/" + id,
                "/#/personas/" + id + "/history",
                "/#/users",
                "/#/users/" + user,
                "/#/workers",
                "/#/import");
        for (var look : List.of(WIDE, WIDE.dark(), PHONE)) {
            var page = browsers.window(look);
            for (String view : views) {
                page.navigate(view);
                assertThat(page.locator("h1")).hasCount(1);
                assertThat(page.locator("main [aria-busy=true]")).hasCount(0);
                assertThat(Browsers.barriers(page)).as("%s, %s", view, look).isEmpty();
            }
        }
    }

    @Test
    void phone_everyView_fitsItsWidth() {
        String id = create(Map.of("name", "Fortinbras of Norway, the younger, Averylongwordwithoutanyspaceinit"))
                .id();
        var page = browsers.window(PHONE);
        for (String view : List.of(
                "/#/", "/#/personas/" + id, "/#/personas/" + id + "/history", "/#/users", "/#/workers", "/#/import")) {
            page.navigate(view);
            assertThat(page.locator("h1")).hasCount(1);
            assertThat(page.locator("main [aria-busy=true]")).hasCount(0);

            var overflow = (Integer)
                    page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

            assertThat(overflow).as(view).isLessThanOrEqualTo(0);
        }
        page.navigate("/#/personas/" + id);
        member(page, "greeting").fill("Go, bid the soldiers shoot.");
        button(page, "Save").click();
        assertThat(page.getByText("Version 2, saved")).isVisible();
    }

    @Test
    void dark_isDark_andLightForWhoChoosesIt() {
        var page = browsers.window(WIDE.dark());
        page.navigate("/");
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(22, 21, 15)");

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Who writes?"))
                .click();
        page.getByLabel("Light", new Page.GetByLabelOptions().setExact(true))
                .and(page.getByRole(AriaRole.RADIO))
                .check();
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(250, 248, 243)");
        page.reload();
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(250, 248, 243)");
    }

    /// The limits leave room for a machine that does something else meanwhile; what is measured is printed.
    @Test
    void firstView_isSmallAndSoonThere_andNothingInItMoves() {
        create(Map.of("name", "Francisco"));
        var page = browsers.window(WIDE);
        page.addInitScript("""
                window.shift = 0;
                new PerformanceObserver(list => list.getEntries().forEach(entry => window.shift += entry.value))
                    .observe({ type: 'layout-shift', buffered: true });
                new MutationObserver((changes, observer) => {
                  if (document.querySelector('.tile')) {
                    window.usable ??= performance.now();
                    observer.disconnect();
                  }
                }).observe(document, { childList: true, subtree: true });
                """);
        page.navigate("/");
        assertThat(page.locator(".tile").first()).isVisible();

        var bytes = (Number) page.evaluate("""
                performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
                    .filter(entry => !entry.name.includes('/changes')).reduce((sum, entry) => sum + entry.encodedBodySize, 0)
                """);
        var lists = (Number) page.evaluate("""
                performance.getEntriesByType('resource').filter(entry => entry.name.includes('/api/v1/personas?')).length
                """);
        var usable = (Number) page.evaluate("window.usable");
        var shift = (Number) page.evaluate("window.shift");
        System.out.printf(
                "First view: %,d bytes, usable after %.0f ms, layout shift %.4f%n",
                bytes.longValue(), usable.doubleValue(), shift.doubleValue());
        assertThat(lists.intValue()).as("the list, asked for once").isEqualTo(1);
        assertThat(bytes.longValue()).isLessThan(200_000);
        assertThat(usable.doubleValue()).isLessThan(3_000);
        assertThat(shift.doubleValue()).isLessThan(0.01);
    }
}
