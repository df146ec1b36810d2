package dev.mien.cli;

import dev.mien.Mien;
import dev.mien.api.MienClient;
import dev.mien.config.Settings;
import dev.mien.store.sqlite.SqliteMigrations;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Runs what a supervisor and a worker run at their start, and a few requests, so that the JVM can keep the classes
/// that it loaded and linked for later starts (JEP 514). The launcher does this once after each build.
@Command(
        name = "train",
        hidden = true,
        modelTransformer = ServeCommand.Options.class,
        description = "Run a start and a few requests, for the JVM to learn from.")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ServerSettings.config(spec);
        var directory = Files.createTempDirectory("mien-train-");
        var config = Settings.of(Map.of("data", directory.toString(), "port", "0"), Map.of(), null)
                .toConfig();
        SqliteMigrations.migrate(directory);
        try (var server = new Mien(config, 1)) {
            server.start();
            try (var client = new MienClient(URI.create("http://127.0.0.1:" + server.port()))) {
                request(client);
            }
        } finally {
            Directories.remove(directory);
        }
        return 0;
    }

    private static void request(MienClient client) {
        var persona = client.personas().create(Map.of("name", "Yorick")).body();
        for (int i = 0; i < 50; i++) {
            client.personas().patch(persona.id(), Map.of("greeting", "Alas, " + i));
            client.personas().get(persona.id());
            client.personas().list(Map.of());
        }
    }
}
