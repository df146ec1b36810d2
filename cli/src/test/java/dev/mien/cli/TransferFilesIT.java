package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mien.api.MienClient;
import dev.mien.api.MienException;
import dev.mien.api.Persona;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Export and import beside a real server.
@Timeout(180)
class TransferFilesIT {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ServerProcess server;
    private MienClient client;

    @BeforeEach
    void start() {
        server = new ServerProcess(directory.resolve("data"), 1, directory.resolve("log"));
        client = new MienClient(server.address());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var texts = new ArrayList<String>();
        for (var argument : arguments) {
            texts.add(argument.toString());
        }
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(texts.toArray(new String[0]));
    }

    private String url() {
        return "--url=" + server.address();
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), List.of(lines));
    }

    @Test
    void exportAndImport_wholeStore_bringsAllOfItToAnother() throws Exception {
        var gertrude = client.users().create(Map.of("username", "gertrude")).body();
        var exact = new BigDecimal("1234567890.12345678901234567890");
        for (int i = 0; i < 30; i++) {
            client.personas()
                    .create(Map.of(
                            "name",
                            "Persona " + i,
                            "owner_id",
                            gertrude.id(),
                            "greeting",
                            "x".repeat(i * 1_000),
                            "attributes",
                            Map.of("exact", exact)));
        }
        client.personas().delete(all(client).getFirst().id());
        var file = directory.resolve("all.jsonl.gz");

        assertThat(run("export", url(), "--out", file)).isZero();
        assertThat(err.toString()).contains("Exported 31 documents in ");

        var target = directory.resolve("target");
        assertThat(run("import", "--data", target, file)).isZero();
        assertThat(err.toString()).contains("Created 31, replaced 0, already there 0, not imported 0");
        assertThat(run("import", "--data", target, file)).isZero();
        assertThat(err.toString()).contains("Created 0, replaced 0, already there 31, not imported 0");
        var again = directory.resolve("again.jsonl");
        assertThat(run("export", "--data", target, "--out", again)).isZero();
        assertThat(run("export", url())).isZero();
        assertThat(bodies(Files.readString(again))).containsExactlyInAnyOrderElementsOf(bodies(out.toString()));
        assertThat(out.toString()).contains(exact.toPlainString());
    }

    @Test
    void exportAndImport_personasWithFiles_bringTheFilesToo() throws Exception {
        byte[] picture = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1};
        byte[] sound = {'O', 'g', 'g', 'S', 0, 1, 2};
        String avatar = store(picture);
        String voice = store(sound);
        for (String name : List.of("Ophelia", "Hamlet")) {
            client.personas()
                    .create(Map.of("name", name, "avatar", avatar, "card", Map.of("files", Map.of("a/v.ogg", voice))));
        }
        var file = directory.resolve("all.jsonl.gz");
        var target = directory.resolve("target");
        var again = directory.resolve("again.jsonl");

        assertThat(run("export", url(), "--out", file)).isZero();
        assertThat(run("import", "--data", target, file)).isZero();
        assertThat(run("import", "--data", target, file)).isZero();
        assertThat(err.toString()).contains("Created 0, replaced 0, already there 2, not imported 0");
        assertThat(run("export", "--data", target, "--out", again)).isZero();

        assertThat(Files.readAllLines(again).stream().filter(line -> line.contains("\"kind\":\"asset\"")))
                .containsExactlyInAnyOrder(line(avatar, picture), line(voice, sound));
        var damaged =
                file("damaged.jsonl", line(avatar, sound), line(voice, sound).replace("\"}", "!\"}"));
        assertThat(run("import", url(), damaged)).isOne();
        assertThat(err.toString()).contains("line 1: asset " + avatar, "damaged", "line 2: content is not Base64");
    }

    private static String line(String address, byte[] content) {
        return "{\"kind\":\"asset\",\"address\":\"" + address + "\",\"content\":\""
                + Base64.getEncoder().encodeToString(content) + "\"}";
    }

    private String store(byte[] content) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var reply = http.send(
                    HttpRequest.newBuilder(server.address().resolve("/api/v1/assets"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(content))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return Lines.JSON.readTree(reply.body()).get("address").stringValue();
        }
    }

    private static List<Persona> all(MienClient client) {
        return client.personas().list(Map.of("limit", "500")).body().items();
    }

    /// The lines without what another store has of its own.
    private static List<String> bodies(String lines) {
        return lines.lines()
                .map(line -> line.replaceAll("\"(revision|version)\":\\d+,", "")
                        .replaceAll(",\"(created|updated)_at\":\"[^\"]*\"", ""))
                .toList();
    }

    @Test
    void export_filter_takesWhatFitsAndItsOwners() {
        var gertrude = client.users().create(Map.of("username", "gertrude")).body();
        client.users().create(Map.of("username", "claudius"));
        client.personas().create(Map.of("name", "Ophelia", "owner_id", gertrude.id(), "tags", List.of("court")));
        client.personas().create(Map.of("name", "Hamlet", "tags", List.of("castle")));

        assertThat(run("export", url(), "--filter", "tag=court,active=true")).isZero();

        assertThat(out.toString().lines()).hasSize(2);
        assertThat(out.toString()).contains("Ophelia", "gertrude").doesNotContain("Hamlet", "claudius");
    }

    @Test
    void import_badLines_areReportedWithTheirNumbersAndStopNothing() throws Exception {
        var file = file(
                "bad.jsonl",
                "{\"kind\":\"persona\",\"id\":\"p1\",\"name\":\"First\",\"owner_id\":\"u1\"}",
                "{\"kind\":\"persona\",\"id\":\"p2\",\"name\":",
                "",
                "{\"kind\":\"thing\",\"id\":\"p3\"}",
                "{\"kind\":\"persona\",\"id\":\"p4\",\"name\":7}",
                "{\"kind\":\"persona\",\"id\":\"p5\",\"name\":\"Fifth\",\"owner_id\":\"nobody\"}",
                "{\"kind\":\"user\",\"id\":\"u1\",\"username\":\"gertrude\"}",
                "{\"kind\":\"persona\",\"name\":\"Without id\"}");

        assertThat(run("import", url(), file)).isEqualTo(1);

        assertThat(err.toString())
                .contains("line 2: not well-formed JSON")
                .contains("line 4: kind is neither user, persona, label nor asset")
                .contains("line 5: persona p4: ")
                .contains("line 6: persona p5: ")
                .contains("Created 3, replaced 0, already there 0, not imported 4");
        assertThat(client.personas().get("p1").body().ownerId()).isEqualTo("u1");
        assertThat(run("import", url(), file)).isEqualTo(1);
        assertThat(err.toString()).contains("Created 0, replaced 0, already there 3, not imported 4");
        assertThat(all(client)).hasSize(2);
    }

    @Test
    void import_stopOnError_triesNothingBehindIt() throws Exception {
        var file = file(
                "stop.jsonl",
                "{\"kind\":\"persona\",\"id\":\"p1\",\"name\":\"First\"}",
                "{\"kind\":\"persona\",\"id\":\"p2\",\"name\":7}",
                "{\"kind\":\"persona\",\"id\":\"p3\",\"name\":\"Third\"}");

        assertThat(run("import", url(), "--stop-on-error", file)).isEqualTo(1);

        assertThat(err.toString())
                .contains("line 2: persona p2: ")
                .contains("Created 1,")
                .contains("(stopped there)");
        assertThat(all(client)).extracting(Persona::id).containsExactly("p1");
    }

    @Test
    void import_documentThatIsDifferent_isReportedOrReplaced() throws Exception {
        var file = file("one.jsonl", "{\"kind\":\"persona\",\"id\":\"p1\",\"name\":\"First\"}");
        run("import", url(), file);
        client.personas().patch("p1", Map.of("name", "Edited"));

        assertThat(run("import", url(), file)).isEqualTo(1);
        assertThat(err.toString())
                .contains("line 1: persona p1 is there at version 2 and different; --overwrite replaces it");
        assertThat(client.personas().get("p1").body().name()).isEqualTo("Edited");

        assertThat(run("import", url(), "--overwrite", file)).isZero();
        assertThat(err.toString()).contains("Created 0, replaced 1,");
        assertThat(client.personas().get("p1").body().name()).isEqualTo("First");
    }

    @Test
    void exportAndImport_history_makesTheVersionsAgainAndGoesOnWhereItEnded() throws Exception {
        var ophelia = client.personas().create(Map.of("name", "Ophelia")).body();
        for (int i = 2; i <= 5; i++) {
            client.personas().patch(ophelia.id(), Map.of("greeting", "No. " + i));
        }
        var file = directory.resolve("history.jsonl");
        assertThat(run("export", url(), "--history", "--out", file)).isZero();
        assertThat(err.toString()).contains("with 5 versions");
        var lines = Files.readAllLines(file);
        var part = file("part.jsonl", lines.subList(0, 3).toArray(new String[0]));

        var target = directory.resolve("target");
        try (var other = new ServerProcess(target, 1, directory.resolve("log2"));
                var there = new MienClient(other.address())) {
            assertThat(run("import", "--url", other.address(), part)).isZero();
            assertThat(there.personas().get(ophelia.id()).body().version()).isEqualTo(3);
            assertThat(run("import", "--url", other.address(), file)).isZero();
            assertThat(there.personas().get(ophelia.id()).body().version()).isEqualTo(5);
            assertThat(run("import", "--url", other.address(), file)).isZero();
            assertThat(err.toString()).contains("already there 1,");
            assertThat(run("export", "--url", other.address(), "--history")).isZero();
            assertThat(bodies(out.toString())).isEqualTo(bodies(Files.readString(file)));

            there.personas().patch(ophelia.id(), Map.of("greeting", "Other"));
            assertThat(run("import", "--url", other.address(), file)).isEqualTo(1);
            assertThat(there.personas().get(ophelia.id()).body().version()).isEqualTo(6);
        }
    }

    @Test
    void exportAndImport_labels_nameTheSameVersionsAgain() throws Exception {
        var ophelia = client.personas().create(Map.of("name", "Ophelia")).body();
        client.personas().patch(ophelia.id(), Map.of("greeting", "Two"));
        client.personas().patch(ophelia.id(), Map.of("greeting", "Three"));
        label(server, ophelia.id(), "production", 2);
        label(server, ophelia.id(), "draft", 3);
        var hamlet = client.personas().create(Map.of("name", "Hamlet")).body();
        label(server, hamlet.id(), "production", 1);
        var file = directory.resolve("history.jsonl");
        assertThat(run("export", url(), "--history", "--out", file)).isZero();

        try (var other = new ServerProcess(directory.resolve("target"), 1, directory.resolve("log2"))) {
            String there = "--url=" + other.address();
            for (int time = 0; time < 2; time++) {
                assertThat(run("import", there, file)).isZero();
                assertThat(err.toString()).contains("not imported 0; 3 labels in ");
            }
            assertThat(run("export", there, "--history")).isZero();
            assertThat(bodies(out.toString())).isEqualTo(bodies(Files.readString(file)));

            label(other, ophelia.id(), "production", 1);
            assertThat(run("import", there, file)).isOne();
            assertThat(err.toString()).contains("it names version 1 here; --overwrite moves it");
            assertThat(run("import", there, "--overwrite", file)).isZero();
            assertThat(run("export", there, "--history")).isZero();
            assertThat(bodies(out.toString())).isEqualTo(bodies(Files.readString(file)));
        }
    }

    @Test
    void import_labelsThatNameNothing_areReported() throws Exception {
        var file = file(
                "labels.jsonl",
                "{\"kind\":\"label\",\"persona_id\":\"p\",\"label\":\"production\",\"version\":1}",
                "{\"kind\":\"persona\",\"id\":\"p\",\"version\":7,\"name\":\"P\"}",
                "{\"kind\":\"label\",\"persona_id\":\"p\",\"label\":\"production\",\"version\":6}",
                "{\"kind\":\"label\",\"persona_id\":\"p\",\"label\":\"Draft\",\"version\":7}",
                "{\"kind\":\"label\",\"persona_id\":\"p\",\"label\":\"draft\",\"version\":7}");

        assertThat(run("import", url(), file)).isOne();

        assertThat(err.toString())
                .contains(
                        "line 1: a label has to follow the persona",
                        "line 3: label production of persona p: the version that it names is not in the file",
                        "line 4: label Draft of persona p: ",
                        "Created 1, replaced 0, already there 0, not imported 3; 1 label in ");
    }

    private static void label(ServerProcess server, String persona, String label, long version) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            server.address().resolve("/api/v1/personas/" + persona + "/labels/" + label))
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString("{\"version\":" + version + "}"))
                    .build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void exportAndImport_onPostgres_areTheSame() throws Exception {
        var ophelia = client.personas().create(Map.of("name", "Ophelia")).body();
        client.personas().patch(ophelia.id(), Map.of("greeting", "Two"));
        label(server, ophelia.id(), "production", 1);
        client.users().create(Map.of("username", "gertrude"));
        var file = directory.resolve("history.jsonl");
        assertThat(run("export", url(), "--history", "--out", file)).isZero();

        try (var postgres = new OwnPostgres(directory.resolve("postgres"), 1);
                var other = new ServerProcess(Map.of(), 2, directory.resolve("log2"), postgres.settings(0))) {
            for (int time = 0; time < 2; time++) {
                assertThat(run("import", "--url", other.address(), file)).isZero();
            }
            assertThat(err.toString()).contains("Created 0, replaced 0, already there 2, not imported 0; 1 label in ");
            assertThat(run("export", "--url", other.address(), "--history")).isZero();
            assertThat(bodies(out.toString())).isEqualTo(bodies(Files.readString(file)));
        }
    }

    @Test
    void import_killedInTheMiddleAndRunAgain_endsWithEachDocumentOnce() throws Exception {
        int count = 20_000;
        var lines = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            lines.add("{\"kind\":\"persona\",\"id\":\"p" + i + "\",\"name\":\"Persona " + i + "\"}");
        }
        var file = Files.write(directory.resolve("many.jsonl"), lines);
        var command = Program.command(List.of("-Xmx64m"), "import", url(), file.toString());

        var first = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(directory.resolve("first.log").toFile()))
                .start();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> isThere("p499"));
        first.destroyForcibly();
        first.waitFor();
        assertThat(isThere("p" + (count - 1))).isFalse();

        assertThat(run("import", url(), file)).isZero();
        assertThat(err.toString()).contains("not imported 0").doesNotContain("already there 0,");
        assertThat(run("export", url())).isZero();
        assertThat(out.toString().lines().filter(line -> line.contains("\"version\":1,")))
                .hasSize(count);
    }

    private boolean isThere(String id) {
        try {
            return Objects.nonNull(client.personas().get(id).body());
        } catch (MienException notYet) {
            return false;
        }
    }

    @Test
    void export_serverThatIsNotThere_saysSoAndLeavesNoFile() {
        stop();

        assertThat(run("export", "--data", directory.resolve("nothing"), "--out", directory.resolve("x.jsonl")))
                .isEqualTo(1);

        assertThat(err.toString()).contains("mien: there is no store in ");
        assertThat(directory.resolve("x.jsonl")).doesNotExist();
        start();
    }
}
