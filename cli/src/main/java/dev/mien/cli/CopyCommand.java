package dev.mien.cli;

import dev.mien.config.Settings;
import dev.mien.store.PostgresConfig;
import dev.mien.store.copy.CopyProgress;
import dev.mien.store.copy.Snapshot;
import dev.mien.store.copy.StoreCopy;
import dev.mien.store.copy.Target;
import dev.mien.store.postgres.PostgresSnapshot;
import dev.mien.store.postgres.PostgresTarget;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteSnapshot;
import dev.mien.store.sqlite.SqliteTarget;
import dev.mien.worker.DataLock;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Copies a whole store from one database to another.
@Command(
        name = "copy",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        modelTransformer = CopyCommand.Options.class,
        description = {
            "Copy a whole store, to move it from SQLite to PostgreSQL or back: every document with its version, revision"
                    + " and times, what is left of removed ones, and the change log. The source may be in use; it is read"
                    + " as it was at one moment. The target must be empty, and no server may have it.",
            "All is written in one transaction and compared with the source before that ends. So it may be interrupted at"
                    + " any time and run again: a target is empty or complete. One that is complete is compared again."
        },
        footer = {
            "",
            "A URL is jdbc:postgresql://host/database, sqlite:DIRECTORY, or a directory. Where two databases need different"
                    + " users, put them into the URLs: jdbc:postgresql://host/database?user=NAME.",
            "Exit status 0: the target is complete and equal to its source. 1: it is not. 2: the command line is wrong."
        })
final class CopyCommand implements Callable<Integer> {
    private static final String POSTGRES = "jdbc:postgresql:";
    private static final String SQLITE = "sqlite:";

    @Spec
    private CommandSpec spec;

    @Option(names = "--from", paramLabel = "URL", required = true, description = "the store to copy")
    private String from = "";

    @Option(names = "--to", paramLabel = "URL", required = true, description = "the store to make")
    private String to = "";

    @Option(
            names = "--new-incarnation",
            description = "make the target another history, for a copy that lives on beside its source. Without it the"
                    + " target continues the source's history, and the source must not be written any more")
    private boolean newIncarnation;

    private PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    private PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);

    static final class Options implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            ServerSettings.addOptions(
                    spec, key -> key.key().equals("postgres.user") || key.key().equals("postgres.password"));
            return spec;
        }
    }

    /// Where a store is.
    private record Place(boolean onPostgres, String where) {
        Path directory() {
            return Path.of(where).toAbsolutePath().normalize();
        }

        boolean isSame(Place other) {
            return onPostgres == other.onPostgres
                    && (onPostgres ? where.equals(other.where) : directory().equals(other.directory()));
        }

        /// For people, without what may hold a password.
        @Override
        public String toString() {
            return onPostgres ? Settings.withoutSecrets(where) : directory().toString();
        }
    }

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        err = spec.commandLine().getErr();
        var source = place("--from", from);
        var target = place("--to", to);
        if (source.isSame(target)) {
            throw usage("--from and --to name the same store");
        }
        var postgres = ServerSettings.config(spec).postgres();
        long start = System.nanoTime();
        try (var read = open(source, postgres);
                AutoCloseable claim = claim(target);
                var write = openTarget(target, postgres)) {
            err.println((newIncarnation ? "Copying " : "Moving ") + source + " to " + target + " …");
            var result = new StoreCopy(read, write, newIncarnation, new Shown()).run();
            return report(result, (System.nanoTime() - start) / 1e9);
        }
    }

    private Place place(String option, String url) {
        if (url.startsWith(POSTGRES)) {
            return new Place(true, url);
        }
        String directory = url.startsWith(SQLITE) ? url.substring(SQLITE.length()) : url;
        // A path may have a colon behind a slash; before one it is the scheme of some other address.
        if (directory.isBlank() || directory.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            throw usage(option + ": give " + SQLITE + "DIRECTORY, a directory, or " + POSTGRES + "//host/database");
        }
        return new Place(false, directory);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Snapshot open(Place place, PostgresConfig postgres) {
        return place.onPostgres()
                ? PostgresSnapshot.open(place.where(), postgres)
                : SqliteSnapshot.open(place.directory());
    }

    private static AutoCloseable claim(Place place) {
        if (place.onPostgres()) {
            return () -> {};
        }
        SqliteMigrations.requireSafe(place.directory());
        return new DataLock(place.directory(), "stop that one first");
    }

    private static Target openTarget(Place place, PostgresConfig postgres) {
        return place.onPostgres() ? PostgresTarget.open(place.where(), postgres) : SqliteTarget.open(place.directory());
    }

    private int report(StoreCopy.Result result, double seconds) {
        boolean equal = result.differing().isEmpty();
        if (!equal) {
            err.println("mien: the target differs from its source in " + String.join(", ", result.differing())
                    + (result.complete() ? "; nothing was changed" : "; nothing was written"));
        }
        long documents = 0;
        for (int i = 0; i < result.source().size(); i++) {
            var here = result.source().get(i);
            var there = result.target().get(i);
            if (Snapshot.COLLECTIONS.contains(here.name())) {
                documents += here.rows();
            }
            out.printf(Locale.ROOT, "  %-10s %,12d rows  sha256 %s%n", here.name(), here.rows(), here.sha256());
            if (!here.equals(there)) {
                out.printf(Locale.ROOT, "  %-10s %,12d rows  sha256 %s%n", "in target", there.rows(), there.sha256());
            }
        }
        if (equal) {
            out.printf(
                    Locale.ROOT,
                    "%s as of %s.%d (%,d documents in %.1f s, %,.0f/s).%n",
                    result.complete()
                            ? "The target is complete already, and equal"
                            : "The target is complete and equal",
                    result.head().incarnation(),
                    result.head().revision(),
                    documents,
                    seconds,
                    documents / seconds);
        }
        out.flush();
        return equal ? 0 : 1;
    }

    /// Twice a second on a terminal, every five seconds elsewhere, and at the end of each table.
    private final class Shown implements CopyProgress {
        private final boolean interactive = Terminal.isInteractive();
        private final long pause = interactive ? 500_000_000L : 5_000_000_000L;
        private long begun;
        private long shown;

        @Override
        public void show(String what, long done, long all) {
            long now = System.nanoTime();
            if (done == 1) {
                begun = now;
                shown = now;
            }
            boolean last = done == all;
            if (last || now - shown >= pause) {
                shown = now;
                err.printf(
                        Locale.ROOT,
                        "%s%s: %,d of %,d (%d %%, %,.0f/s)%s",
                        interactive ? "\r" : "",
                        what,
                        done,
                        all,
                        100 * done / all,
                        done / Math.max((now - begun) / 1e9, 1e-3),
                        interactive && !last ? "  " : System.lineSeparator());
                err.flush();
            }
        }
    }
}
