package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Character cards by the command, beside a real server.
@Timeout(180)
class CardFilesIT {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ServerProcess server;

    @BeforeEach
    void start() {
        server = new ServerProcess(directory.resolve("data"), 1, directory.resolve("log"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int run(Object... arguments) {
        return command("import", arguments);
    }

    private int command(String command, Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var texts = new ArrayList<String>(List.of(command, "--url=" + server.address()));
        for (var argument : arguments) {
            texts.add(argument.toString());
        }
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(texts.toArray(new String[0]));
    }

    private static String card(String name) {
        return """
                {
                  "spec": "chara_card_v2", "spec_version": "2.0",
                  "data": {"name": "%s", "description": "D", "own": 1}
                }
                """.formatted(name);
    }

    private static byte[] charx(String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("card.json"));
            zip.write(card(name).replace("v2", "v3").getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private Path folder(int cards) throws IOException {
        var folder = Files.createDirectories(directory.resolve("cards/inner"));
        for (int i = 0; i < cards; i++) {
            Files.writeString(folder.resolve("card " + i + ".json"), card("Card " + i));
        }
        Files.write(folder.resolve("z.charx"), charx("Zoe"));
        Files.writeString(folder.resolve("notes.txt"), "no card");
        return folder.getParent();
    }

    @Test
    void folder_importedTwice_createsEachOnceAndReportsAll() throws Exception {
        var folder = folder(120);
        var report = directory.resolve("report.jsonl");

        int first = run(folder, "--report", report);
        String told = err.toString();
        int second = run(folder);

        assertThat(first).as(told).isZero();
        assertThat(told).contains("Cards: created 121, already there 0, not imported 0");
        assertThat(second).isZero();
        assertThat(err.toString()).contains("Cards: created 0, already there 121, not imported 0");
        var lines = Files.readAllLines(report);
        assertThat(lines).hasSize(121);
        var one = Lines.JSON.readTree(lines.getFirst());
        assertThat(one.path("file").asString())
                .isEqualTo(folder.resolve("inner/card 0.json").toString());
        assertThat(one.path("status").asString()).isEqualTo("created");
        assertThat(one.path("kept").toString()).contains("/data/own");
    }

    @Test
    void dryRun_tellsTheSameAndWritesNothing() throws Exception {
        var folder = folder(3);

        int status = run(folder, "--dry-run");
        String told = out.toString();

        assertThat(status).as(err.toString()).isZero();
        assertThat(told).contains("card 0.json: valid, Card 0 (json, chara_card_v2), 1 unknown member kept");
        assertThat(err.toString()).contains("could be imported 4");
        run(folder);
        assertThat(err.toString()).contains("created 4");
    }

    @Test
    void files_ofEachKind_areKnownByTheirContent() throws Exception {
        var lines = Files.writeString(
                directory.resolve("lines.json"),
                "{\"kind\":\"user\",\"id\":\"alan\",\"username\":\"alan\"}\n{\"kind\":\"persona\",\"id\":\"p\",\"name\":\"P\"}\n");
        var oneLine = Files.writeString(
                directory.resolve("one.jsonl"), "{\"kind\":\"persona\",\"id\":\"q\",\"name\":\"Q\"}\n");
        var card = Files.writeString(directory.resolve("card"), card("Ada"));
        var charx = Files.write(directory.resolve("card.bin"), charx("Zoe"));

        int status = run(lines, card, oneLine, charx, "--owner", "alan");

        assertThat(status).as(err.toString()).isZero();
        assertThat(err.toString())
                .contains("Created 3, replaced 0, already there 0, not imported 0")
                .contains("Cards: created 2, already there 0, not imported 0");
        assertThat(run(lines, "--dry-run")).isEqualTo(2);
    }

    @Test
    void cards_thatAreRefused_areNamedWithTheReasonAndStopNoOther() throws Exception {
        var folder = folder(2);
        Files.write(folder.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0});
        Files.writeString(folder.resolve("bell.json"), card("\\u0007\\u001b[31mRed"));

        int status = run(folder);

        assertThat(status).isEqualTo(1);
        assertThat(out.toString())
                .contains("broken.png: refused, The PNG is cut off")
                .contains("??[31mRed")
                .doesNotContain("\u001b");
        assertThat(err.toString()).contains("Cards: created 4, already there 0, not imported 1");
    }

    @Test
    void export_cards_areReadAgainAsTheSame() throws Exception {
        var folder = folder(3);
        run(folder);
        var exported = directory.resolve("exported");

        int status = command("export", "--cards", exported);

        assertThat(status).as(err.toString()).isZero();
        assertThat(err.toString()).contains("Exported 4 cards");
        try (var files = Files.list(exported)) {
            assertThat(files.map(
                            file -> file.getFileName().toString().replaceAll("-[0-9a-f]{8}-[0-9a-f-]{27}(?=\\.)", "")))
                    .containsExactlyInAnyOrder("Card-0.json", "Card-1.json", "Card-2.json", "Zoe.charx");
        }
        assertThat(run(exported)).isZero();
        assertThat(err.toString()).contains("created 0, already there 4");
        assertThat(command("export", "--cards", exported, "--history")).isEqualTo(2);
    }
}
