package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.api.MienClient;
import dev.mien.api.Versioned;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command as a user runs it.
class VerifyIT {
    @TempDir
    Path directory;

    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void clear() {
        out = new StringWriter();
        err = new StringWriter();
    }

    private int run(Object... arguments) {
        clear();
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
    }

    @Test
    void verify_fourWorkersAndAllFaults_findsNoViolation() {
        var history = directory.resolve("history.jsonl.gz");
        var report = directory.resolve("report");

        int status = run("verify", "--seconds=25", "--seed=4", "--history", history, "--report", report);

        assertThat(status).as(out + "\n" + err).isZero();
        assertThat(out.toString())
                .startsWith("No violation was found in ")
                .contains("kill pause rolling-restart sql checkpoint");
        assertThat(err.toString()).contains("of 25 s", "by 4 workers");
        assertThat(report.resolve("index.html")).content().contains("No violation was found in ");
        assertThat(report.resolve("report.json")).isNotEmptyFile();

        String summary = out.toString()
                .lines()
                .takeWhile(line -> !line.startsWith("Report"))
                .toList()
                .toString();
        assertThat(run("verify", "--check", history)).isZero();
        assertThat(out.toString().lines().toList()).hasToString(summary);
    }

    @Test
    void verifyPostgres_twoMachinesAndAllFaults_findsNoViolation() {
        int status = run("verify", "--postgres", "--seconds=25", "--seed=4");

        assertThat(status).as(out + "\n" + err).isZero();
        assertThat(out.toString())
                .startsWith("No violation was found in ")
                .contains("database-crash session network open-transaction");
        assertThat(err.toString()).contains("by 4 workers");
    }

    @Test
    void demoPostgres_findsNothingStaleOrLost() {
        int status = run("demo", "--postgres", "--rounds=40");

        assertThat(status).as(out + "\n" + err).isZero();
        assertThat(out.toString()).contains("The promise held.");
    }

    @Test
    void verify_runThatHardlyReads_isVoid() {
        int status = run("verify", "--seconds=1", "--clients=1", "--workers=1", "--faults=none");

        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).startsWith("The run is void").contains("a proof takes");
    }

    @Test
    void verify_serverThatRuns_leavesOnlyDeletedDocuments() {
        try (var server = new ServerProcess(directory.resolve("data"), 2, directory.resolve("log"));
                var client = new MienClient(server.address())) {
            var before = client.personas().create(Map.of("name", "Yorick")).body();

            int status = run("verify", "--url", server.address(), "--seconds=6", "--keys=12");

            assertThat(status).as(out + "\n" + err).isZero();
            assertThat(client.personas().list(Map.of("active", "true")).body().items())
                    .extracting(Versioned::id)
                    .containsExactly(before.id());
            assertThat(client.users().list(Map.of("active", "true")).body().items())
                    .isEmpty();
            assertThat(client.personas().get(before.id()).body().version()).isEqualTo(1);
        }
    }

    @Test
    void verify_nobodyAtTheAddress_saysSoInOneLine() {
        int status = run("verify", "--url", "http://127.0.0.1:1");

        assertThat(status).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("http://127.0.0.1:1");
    }

    @Test
    void check_historyWithAStaleRead_drawsItAndExitsWith1() throws Exception {
        var history = Files.writeString(directory.resolve("stale.jsonl"), """
                {"history":1,"seed":1,"metadata":{}}
                {"op":1,"client":0,"kind":"CREATE","collection":"personas","id":"ophelia","invoked":0,"completed":10,"outcome":"OK","status":201,"worker":1,"version":1,"written":{"is_active":"true","name":"w1"}}
                {"op":2,"client":0,"kind":"PATCH","collection":"personas","id":"ophelia","invoked":20,"completed":30,"outcome":"OK","status":200,"worker":1,"version":2,"written":{"name":"w2"}}
                {"op":3,"client":1,"kind":"GET","collection":"personas","id":"ophelia","invoked":40,"completed":50,"outcome":"OK","status":200,"worker":2,"version":1,"seen":{"is_active":"true","name":"w1"}}
                """);

        int status = run("verify", "--check", history);

        assertThat(status).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("THE PROMISE WAS BROKEN")
                .contains("STALE_READ", "worker 2  GET -> 200 version 1, saw is_active=true name=w1");
    }

    @Test
    void check_fileThatIsNoHistory_saysWhichLine() throws Exception {
        var file = Files.writeString(
                directory.resolve("no.jsonl"), "{\"history\":1,\"seed\":1,\"metadata\":{}}\n{oops}\n");

        int status = run("verify", "--check", file);

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains("line 2");
    }

    @Test
    void verify_historyThatIsThereAlready_isKept() throws Exception {
        var file = Files.writeString(directory.resolve("kept.jsonl"), "mine");

        int status = run("verify", "--history", file);

        assertThat(status).isEqualTo(2);
        assertThat(file).hasContent("mine");
    }
}
