package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.api.MienClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The command, beside real servers.
@Timeout(120)
class CopyIT {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int copy(Path from, Path to, String... more) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var arguments = new ArrayList<>(List.of("copy", "--from=sqlite:" + from, "--to=" + to));
        arguments.addAll(List.of(more));
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(new String[0]));
    }

    @Test
    void copy_ofAServedStore_isServedByTheNext_andNotWhileThatRuns() throws Exception {
        var source = directory.resolve("source");
        var target = directory.resolve("target");
        String id;
        String etag;
        try (var server = new ServerProcess(source, 1, directory.resolve("log"))) {
            try (var client = new MienClient(server.address())) {
                var ophelia = client.personas().create(Map.of("name", "Ophelia"));
                id = ophelia.body().id();
                etag = Objects.requireNonNull(ophelia.etag());
            }
            assertThat(copy(source, target)).isZero();
            assertThat(out.toString()).contains("The target is complete and equal");
            assertThat(err.toString()).contains("Copying personas: 1 of 1 (100 %");
            assertThat(copy(source, target)).isZero();
            assertThat(out.toString()).contains("The target is complete already, and equal");

            assertThat(copy(directory.resolve("target"), source)).isEqualTo(1);
            assertThat(err.toString())
                    .contains("is in use by the server with process id " + server.pid())
                    .contains("stop that one first");
        }
        try (var server = new ServerProcess(target, 1, directory.resolve("log2"));
                var client = new MienClient(server.address())) {
            assertThat(client.personas().get(id).etag()).isEqualTo(etag);
        }
    }

    @Test
    void copy_fromNothing_saysSoAndMakesNothing() {
        assertThat(copy(directory.resolve("nothing"), directory.resolve("target")))
                .isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("mien: there is no store in ");
        assertThat(Files.exists(directory.resolve("target"))).isFalse();
    }
}
