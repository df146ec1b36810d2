package dev.mien.benchmarks.parts;

import dev.mien.benchmarks.Personas;
import dev.mien.benchmarks.Postgres;
import dev.mien.document.Schema;
import dev.mien.http.Json;
import dev.mien.persona.PersonaService;
import dev.mien.store.Collection;
import dev.mien.store.CommitConfig;
import dev.mien.store.Edit;
import dev.mien.store.Origin;
import dev.mien.store.Outcome;
import dev.mien.store.PostgresConfig;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import dev.mien.store.postgres.PostgresMigrations;
import dev.mien.store.postgres.PostgresStore;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A store of a thousand personas in a directory or on a PostgreSQL server of its own, with the settings that workers
/// come with.
final class Database implements AutoCloseable {
    static final String SQLITE = "SQLite";
    static final String POSTGRESQL = "PostgreSQL";
    static final CommitConfig COMMIT = new CommitConfig(256, Duration.ofSeconds(10), 10_000);
    private static final int PERSONAS = 1_000;

    private final Path directory;
    private final @Nullable Postgres postgres;
    private final Store store;
    private final Collection personas;
    private final List<String> ids;

    Database(String kind) throws IOException, SQLException {
        directory = Files.createTempDirectory("mien-parts-");
        if (kind.equals(POSTGRESQL)) {
            postgres = new Postgres(directory.resolve("postgres"));
            String url = Postgres.url(postgres.port());
            var config = new PostgresConfig("", "", 8, false);
            PostgresMigrations.migrate(url, config);
            store = new PostgresStore(url, config, COMMIT, false);
        } else {
            postgres = null;
            SqliteMigrations.migrate(directory);
            store = new SqliteStore(directory, COMMIT, false);
        }
        var service = new PersonaService(store);
        personas = service.collection();
        String drafts =
                LongStream.range(0, PERSONAS).mapToObj(Personas::draft).collect(Collectors.joining(",", "[", "]"));
        ids = service.create(Json.parse(drafts.getBytes(StandardCharsets.UTF_8)), Origin.UNKNOWN).written().stream()
                .map(written -> written.document().id())
                .toList();
    }

    Store store() {
        return store;
    }

    Collection personas() {
        return personas;
    }

    /// The id of one of the personas; all have their turn.
    ///
    /// @param number any
    String id(long number) {
        return ids.get((int) (number % ids.size()));
    }

    /// An edit that gives a persona a greeting which it did not have.
    Edit edit(long number) {
        String id = id(number);
        return Edit.of(new Step.Change(personas, id, current -> true, current -> {
            var body = Schema.bodyOf((ObjectNode) Json.parseStored(current.json()));
            return new Rule.Replace(
                    Json.write(body.put("greeting", "Good morrow, " + number + ".")), List.of("greeting"));
        }));
    }

    /// @return the outcome
    /// @throws IllegalStateException if the edit was not committed
    static Outcome committed(Outcome outcome) {
        if (!(outcome instanceof Outcome.Committed)) {
            throw new IllegalStateException("not committed: " + outcome);
        }
        return outcome;
    }

    @Override
    public void close() throws IOException {
        store.close();
        if (postgres != null) {
            postgres.close();
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
