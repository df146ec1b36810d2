package dev.mien.cli;

import dev.mien.cli.Lines.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes documents to a file.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write users and personas to a file, as JSON Lines: one document on each line, with its kind, and the pictures and"
                    + " other files that they name. The server may be in use; a document that is there all the while is"
                    + " written once, as it is when its page is read.",
            "With a filter for personas, the users who own them are written too, and no others."
        },
        footer = {
            "",
            "Exit status 0: all was written. 1: it was not, and there is no file. 2: the command line is wrong."
        })
final class ExportCommand implements Callable<Integer> {
    private static final Set<String> FILTERS = Set.of("tag", "owner", "active");
    private static final String STANDARD = "-";

    @Spec
    private CommandSpec spec;

    @Mixin
    private final Source source = new Source();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = STANDARD,
            description = "where to write to; compressed if the name ends in .gz. Without it, standard output")
    private String out = STANDARD;

    @Option(
            names = "--filter",
            paramLabel = "NAME=VALUE",
            split = ",",
            description = "only those that a list with this filter shows: tag=…, owner=…, active=true|false")
    private Map<String, String> filter = new TreeMap<>();

    @Option(
            names = "--history",
            description = "write every version that is readable, oldest first, with actor and message, and the labels")
    private boolean history;

    @Option(
            names = "--cards",
            paramLabel = "DIR",
            description =
                    "write personas alone, each as a character card of its own in this folder: in its picture, with its"
                            + " files, or in JSON where it has neither")
    private @Nullable Path cards;

    private long versions;
    /// The files that were written.
    private final Set<String> files = new HashSet<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        for (String name : filter.keySet()) {
            if (!FILTERS.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "--filter: there is no filter " + name + "; there are tag, owner, active");
            }
        }
        if (cards != null && (history || !out.equals(STANDARD))) {
            throw new ParameterException(spec.commandLine(), "--cards goes with --filter alone");
        }
        var counter = new Counter(err, "Exported");
        try (var open = source.open(spec, true)) {
            if (cards != null) {
                long written = toCards(open.api(), cards, counter);
                counter.say(String.format(Locale.ROOT, "Exported %,d cards in %.1f s.", written, counter.seconds()));
                return 0;
            }
            long documents = out.equals(STANDARD)
                    ? toStandardOutput(open.api(), counter)
                    : toFile(open.api(), Path.of(out), counter);
            counter.say(String.format(
                    Locale.ROOT,
                    "Exported %,d documents%s in %.1f s.",
                    documents,
                    history ? String.format(Locale.ROOT, " with %,d versions", versions) : "",
                    counter.seconds()));
            return 0;
        } catch (FailedException e) {
            counter.say("mien: " + e.getMessage());
            return 1;
        }
    }

    private long toCards(ServerApi api, Path folder, Counter counter) throws IOException {
        Files.createDirectories(folder);
        var personas = Lines.KINDS.getLast();
        long count = 0;
        String cursor = null;
        do {
            var page = page(api, personas, cursor);
            for (var persona : page.path("items")) {
                if (toCard(api, personas, persona, folder)) {
                    counter.show(++count);
                }
            }
            cursor = page.path("next_cursor").stringValue(null);
        } while (cursor != null);
        return count;
    }

    /// Its id makes the name its own, and the same each time. The file gets it when it is complete.
    ///
    /// @return whether the persona is still there
    private static boolean toCard(ServerApi api, Kind kind, JsonNode persona, Path folder) throws IOException {
        boolean hasFiles = persona.path("card").path("container").asString("").equals("charx");
        String extension = hasFiles ? "charx" : persona.path("avatar").isString() ? "png" : "json";
        String id = persona.path("id").asString("");
        var answer = api.file(kind.path() + "/" + ServerApi.encode(id) + "/card." + extension);
        if (answer.statusCode() == 404) {
            return false;
        }
        if (answer.statusCode() != 200) {
            throw new FailedException(
                    "the server says: status " + answer.statusCode() + " for the card of persona " + id);
        }
        String name = persona.path("name").asString("").replaceAll("[^A-Za-z0-9]+", "-");
        var file = folder.resolve(name.substring(0, Math.min(name.length(), 60)) + "-" + id + "." + extension);
        var partial = Path.of(file + ".partial");
        Files.write(partial, answer.body());
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    private long toStandardOutput(ServerApi api, Counter counter) throws IOException {
        var stream = new OutputStream() {
            private final PrintWriter writer = spec.commandLine().getOut();

            @Override
            public void write(int b) {
                throw new UnsupportedOperationException("whole lines only");
            }

            @Override
            public void write(byte[] bytes) {
                writer.print(new String(bytes, StandardCharsets.UTF_8));
            }

            @Override
            public void flush() throws IOException {
                writer.flush();
                if (writer.checkError()) {
                    throw new IOException("standard output takes no more");
                }
            }
        };
        long documents = export(api, stream, counter);
        stream.flush();
        return documents;
    }

    /// The file gets its name when it is complete.
    private long toFile(ServerApi api, Path file, Counter counter) throws IOException {
        var partial = Path.of(file + ".partial");
        try {
            long documents;
            try (var stream = Lines.write(partial, Lines.isCompressed(file))) {
                documents = export(api, stream, counter);
            }
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            return documents;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private long export(ServerApi api, OutputStream to, Counter counter) {
        var owners = new TreeSet<String>();
        boolean personasOnly = filter.containsKey("tag") || filter.containsKey("owner");
        long count = 0;
        for (var kind : Lines.KINDS) {
            if (kind.name().equals("user") && personasOnly) {
                continue;
            }
            String cursor = null;
            do {
                var page = page(api, kind, cursor);
                for (var document : page.path("items")) {
                    write(api, kind, document, to);
                    var owner = document.path("owner_id");
                    if (personasOnly && owner.isString()) {
                        owners.add(owner.stringValue());
                    }
                    counter.show(++count);
                }
                cursor = page.path("next_cursor").stringValue(null);
            } while (cursor != null);
        }
        var users = Lines.KINDS.getFirst();
        for (String owner : owners) {
            var reply = api.get(users.path() + "/" + ServerApi.encode(owner));
            if (reply.status() == 200) {
                write(api, users, reply.json(), to);
                counter.show(++count);
            }
        }
        return count;
    }

    private JsonNode page(ServerApi api, Kind kind, @Nullable String cursor) {
        var path = new StringBuilder(kind.path()).append("?limit=500");
        filter.forEach(
                (name, value) -> path.append('&').append(name).append('=').append(ServerApi.encode(value)));
        if (cursor != null) {
            path.append("&cursor=").append(ServerApi.encode(cursor));
        }
        return required(api.get(path.toString()));
    }

    private static JsonNode required(ServerApi.Reply reply) {
        if (reply.status() != 200) {
            throw new FailedException("the server says: " + reply.detail());
        }
        return reply.json();
    }

    private void write(ServerApi api, Kind kind, JsonNode document, OutputStream to) {
        if (!history) {
            writeFiles(api, document, to);
            write(kind, document, null, to);
            return;
        }
        String id = document.path("id").asString();
        String path = kind.path(id) + "/versions";
        for (var version : versions(api, path).reversed()) {
            var reply = api.get(path + "/" + version.path("version").longValue());
            // One that was pruned, and the end of a row that was removed, have no document.
            if (reply.status() != 410 && reply.status() != 404) {
                writeFiles(api, required(reply), to);
                write(kind, required(reply), version, to);
                versions++;
            }
        }
        if (kind.name().equals("persona")) {
            writeLabels(api, kind, id, to);
        }
    }

    /// Behind all versions, since a label may have been moved to one of these meanwhile.
    private static void writeLabels(ServerApi api, Kind kind, String id, OutputStream to) {
        var labels = api.get(kind.path(id) + "/labels");
        if (labels.status() == 404) {
            return; // The persona was purged meanwhile.
        }
        for (var label : required(labels).path("items")) {
            var line = Lines.JSON.createObjectNode().put("kind", Lines.LABEL).put("persona_id", id);
            line.set("label", label.path("label"));
            line.set("version", label.path("version"));
            writeLine(line, to);
        }
    }

    /// Writes the files that a document names, each once and before it, in which order they can be imported. One that
    /// has ended meanwhile is left out.
    private void writeFiles(ServerApi api, JsonNode document, OutputStream to) {
        var named = new ArrayList<JsonNode>();
        named.add(document.path("avatar"));
        document.path("card").path("files").forEach(named::add);
        for (var address : named) {
            if (!address.isString() || !files.add(address.stringValue())) {
                continue;
            }
            var file = api.file(Lines.ASSETS + "/" + ServerApi.encode(address.stringValue()));
            if (file.statusCode() == 200) {
                writeLine(
                        Lines.JSON
                                .createObjectNode()
                                .put("kind", Lines.ASSET)
                                .put("address", address.stringValue())
                                .put("content", file.body()),
                        to);
            } else if (file.statusCode() != 404) {
                throw new FailedException("the server says " + file.statusCode() + " of a file: " + address);
            }
        }
    }

    /// All versions, newest first. Those that come meanwhile are left out.
    private static ArrayList<JsonNode> versions(ServerApi api, String path) {
        var versions = new ArrayList<JsonNode>();
        String cursor = null;
        do {
            var page = required(
                    api.get(path + "?limit=500" + (cursor == null ? "" : "&cursor=" + ServerApi.encode(cursor))));
            page.path("items").forEach(versions::add);
            cursor = page.path("next_cursor").stringValue(null);
        } while (cursor != null);
        return versions;
    }

    private static void write(Kind kind, JsonNode document, @Nullable JsonNode version, OutputStream to) {
        ObjectNode line = Lines.JSON.createObjectNode().put("kind", kind.name());
        if (version != null) {
            line.set("actor", version.path("actor"));
            line.set("message", version.path("message"));
        }
        document.properties().forEach(member -> line.set(member.getKey(), member.getValue()));
        writeLine(line, to);
    }

    private static void writeLine(ObjectNode line, OutputStream to) {
        try {
            to.write((Lines.JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
