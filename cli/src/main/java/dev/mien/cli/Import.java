package dev.mien.cli;

import dev.mien.cli.Lines.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Brings documents into a store, many in each request.
///
/// **It may be repeated at any point.** A document is created under its id; one that is there and equal stays as it is.
/// Of a document with several versions, those are made that the store does not have yet: if it is at its n-th version,
/// and that is the n-th of the file, the others follow.
final class Import {
    private static final String BATCH = "/api/v1/batch";
    private static final int MOST_OPERATIONS = 500;
    /// Well below the largest body that a server takes by default.
    private static final int MOST_BYTES = 512 * 1024;

    private static final List<String> KEPT_BY_SERVER = List.of("id", "version", "revision", "created_at", "updated_at");

    /// How often in a row the server may be unable to write.
    private static final int MOST_UNAVAILABLE = 6;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ServerApi api;
    private final boolean overwrite;
    private final boolean stopOnError;
    private final Counter counter;
    private final boolean nameFiles;

    private String file = "";
    private boolean stopped;
    private long created;
    private long replaced;
    private long unchanged;
    private long refused;
    private int unavailable;

    /// Documents with one version each, to be sent together.
    private final List<Line> waiting = new ArrayList<>();

    private long waitingBytes;
    /// The lines of the document that was read last, and those of its labels.
    private final List<Line> group = new ArrayList<>();

    private final List<Label> groupLabels = new ArrayList<>();
    private long labels;

    /// @param nameFiles whether to name the file with each line that is reported
    Import(ServerApi api, boolean overwrite, boolean stopOnError, Counter counter, boolean nameFiles) {
        this.api = api;
        this.overwrite = overwrite;
        this.stopOnError = stopOnError;
        this.counter = counter;
        this.nameFiles = nameFiles;
    }

    /// One version of a document, as a line has it.
    ///
    /// @param version the number that it had in the store that it comes from, 0 where the line does not say
    private record Line(
            long number,
            Kind kind,
            String id,
            long version,
            @Nullable String actor,
            @Nullable String message,
            ObjectNode body,
            int bytes) {
        boolean isSameDocument(Line other) {
            return kind.equals(other.kind) && id.equals(other.id);
        }
    }

    /// A label of a persona, as a line has it.
    ///
    /// @param version which version of the persona it names, by the number in the store that it comes from
    private record Label(long number, String persona, String name, long version) {}

    /// What became of the documents.
    ///
    /// @param refused lines that are not in the store
    /// @param labels that name what they should, also those that did before
    record Counts(long created, long replaced, long unchanged, long refused, long labels) {}

    Counts counts() {
        return new Counts(created, replaced, unchanged, refused, labels);
    }

    boolean goesOn() {
        return !stopped;
    }

    void begin(String name) {
        file = name;
    }

    void refuse(long number, String why) {
        refused++;
        stopped |= stopOnError;
        counter.say((nameFiles ? file + ", line " : "line ") + number + ": " + why);
    }

    void add(Kind kind, ObjectNode document, long number) {
        var actor = document.path("actor").stringValue(null);
        var message = document.path("message").stringValue(null);
        var given = document.get("id");
        if (given != null && !given.isString()) {
            refuse(number, "id is not a text");
            return;
        }
        long version = document.path("version").longValue(0);
        var body = document.deepCopy();
        body.remove(KEPT_BY_SERVER);
        body.remove(List.of("kind", "actor", "message"));
        byte[] bytes = Lines.JSON.writeValueAsBytes(body);
        String id = given == null ? idOf(kind, bytes) : given.stringValue();
        var line = new Line(number, kind, id, version, actor, message, body, bytes.length);
        if (!group.isEmpty() && !group.getLast().isSameDocument(line)) {
            endGroup();
        }
        group.add(line);
    }

    /// Takes a label of the persona whose lines come before.
    void addLabel(ObjectNode line, long number) {
        var label = new Label(
                number,
                line.path("persona_id").stringValue(""),
                line.path("label").stringValue(""),
                line.path("version").longValue(0));
        if (group.isEmpty() || !group.getLast().id().equals(label.persona())) {
            refuse(number, "a label has to follow the persona that its persona_id names");
        } else {
            groupLabels.add(label);
        }
    }

    /// Stores a file. One that is there already stays.
    void addFile(ObjectNode line, long number) {
        byte[] content;
        try {
            content = Base64.getDecoder().decode(line.path("content").stringValue(""));
        } catch (IllegalArgumentException e) {
            refuse(number, "content is not Base64");
            return;
        }
        var reply = api.postFile(Lines.ASSETS, content);
        String wanted = line.path("address").stringValue("");
        if (reply.status() != 201) {
            refuse(number, "asset " + wanted + ": " + reply.detail());
        } else if (!reply.json().path("address").stringValue("").equals(wanted)) {
            refuse(number, "asset " + wanted + ": its content has another address, so it was damaged on the way");
        }
    }

    /// An id for a document that has none: the same each time that it is imported.
    private static String idOf(Kind kind, byte[] body) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(kind.name().getBytes(StandardCharsets.UTF_8));
            return "imported-" + HexFormat.of().formatHex(sha256.digest(body)).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    private void endGroup() {
        var lines = List.copyOf(group);
        var labelsOfIt = List.copyOf(groupLabels);
        group.clear();
        groupLabels.clear();
        if (lines.size() == 1 && labelsOfIt.isEmpty()) {
            var line = lines.getFirst();
            if (waiting.size() == MOST_OPERATIONS || waitingBytes + line.bytes() > MOST_BYTES) {
                sendWaiting();
            }
            waiting.add(line);
            waitingBytes += line.bytes();
        } else {
            sendWaiting();
            if (!stopped) {
                label(lines, labelsOfIt, history(lines));
            }
        }
    }

    /// Sends what was not sent yet.
    void flush() {
        if (!group.isEmpty()) {
            endGroup();
        }
        sendWaiting();
    }

    private void sendWaiting() {
        var lines = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        if (!stopped && !lines.isEmpty()) {
            send(lines, overwrite, stopOnError);
        }
    }

    /// Sends one operation for each line. A request that is too large is sent in two halves.
    ///
    /// @param stop whether to try none behind the first that is refused
    /// @return whether all were taken
    private boolean send(List<Line> lines, boolean replace, boolean stop) {
        var batch = Lines.JSON.createObjectNode().put("documents", false).put("stop_on_error", stop);
        var operations = batch.putArray("operations");
        lines.forEach(line -> operations.add(operation(line, replace)));
        var reply = api.post(BATCH, batch);
        if (reply.status() == 413 && lines.size() > 1) {
            int half = lines.size() / 2;
            boolean first = send(lines.subList(0, half), replace, stop);
            if (stop && !first) {
                return false;
            }
            boolean second = send(lines.subList(half, lines.size()), replace, stop);
            return first && second;
        }
        if (reply.status() == 413) {
            refuse(lines.getFirst().number(), "larger than the server accepts; raise its http.maximum-body-bytes");
            return false;
        }
        if (reply.status() != 200) {
            throw new FailedException("the server says: " + reply.detail());
        }
        boolean all = true;
        int position = 0;
        for (var result : reply.json().path("results")) {
            if (result.path("status").intValue() == 503) {
                // Those before it are done, and to do those behind it twice does no harm.
                return sendAgain(lines.subList(position, lines.size()), replace, stop) && all;
            }
            all &= take(lines.get(position++), result);
        }
        return all;
    }

    private boolean sendAgain(List<Line> lines, boolean replace, boolean stop) {
        if (++unavailable == MOST_UNAVAILABLE) {
            throw new FailedException("the server cannot write at the moment; run the command again later");
        }
        ServerApi.sleep(PAUSE.multipliedBy(unavailable));
        boolean all = send(lines, replace, stop);
        unavailable = 0;
        return all;
    }

    private static ObjectNode operation(Line line, boolean replace) {
        var operation = Lines.JSON
                .createObjectNode()
                .put("op", "create")
                .put("kind", line.kind().name())
                .put("id", line.id())
                .put("if_there", replace ? "replace" : "refuse");
        if (line.actor() != null) {
            operation.put("actor", line.actor());
        }
        if (line.message() != null) {
            operation.put("message", line.message());
        }
        operation.set("body", line.body());
        return operation;
    }

    /// @return whether the line is in the store
    private boolean take(Line line, JsonNode result) {
        int status = result.path("status").intValue();
        var problem = result.path("problem");
        if (status == 201) {
            created++;
        } else if (status == 200 && result.path("changed").booleanValue()) {
            replaced++;
        } else if (status == 200) {
            unchanged++;
        } else if (status == 412) {
            refuse(
                    line.number(),
                    line.kind().name() + " " + line.id() + " is there at version "
                            + problem.path("currentVersion").asString("?") + " and different; --overwrite replaces it");
            return false;
        } else {
            refuse(
                    line.number(),
                    line.kind().name() + " " + line.id() + ": "
                            + problem.path("detail").asString("status " + status));
            return false;
        }
        counter.show(created + replaced + unchanged);
        return true;
    }

    /// Those that made a version each: what changes nothing makes none.
    private static List<Line> versions(List<Line> lines) {
        var versions = new ArrayList<Line>();
        for (var line : lines) {
            if (versions.isEmpty() || !versions.getLast().body().equals(line.body())) {
                versions.add(line);
            }
        }
        return versions;
    }

    /// How the versions of a document in the store are numbered, compared with those of the file.
    ///
    /// @param follows whether the n-th of the file is version n
    /// @param newest the version that is the newest of the file; 0 where there is none
    private record Numbering(boolean follows, long newest) {
        private static final Numbering NONE = new Numbering(false, 0);
    }

    /// Lets the labels of a persona name its versions by the numbers that these have in the store.
    private void label(List<Line> lines, List<Label> labelsOfIt, Numbering numbering) {
        int count = versions(lines).size();
        for (var label : labelsOfIt) {
            int place = place(lines, label.version());
            long version = numbering.follows() ? place : place == count ? numbering.newest() : 0;
            if (place == 0 || version == 0) {
                refuse(
                        label,
                        place == 0
                                ? "the version that it names is not in the file"
                                : "the version that it names is not there, or not under a number that is known");
            } else {
                put(
                        label,
                        Lines.KINDS.getLast().path(label.persona()) + "/labels/" + ServerApi.encode(label.name()),
                        version);
            }
        }
    }

    /// Which of the versions in the file is meant, counted from 1; 0 where the file does not have it.
    private static int place(List<Line> lines, long version) {
        for (int i = 0; i < lines.size(); i++) {
            if (version > 0 && lines.get(i).version() == version) {
                return versions(lines.subList(0, i + 1)).size();
            }
        }
        return 0;
    }

    private void refuse(Label label, String why) {
        refuse(label.number(), "label " + label.name() + " of persona " + label.persona() + ": " + why);
    }

    private void put(Label label, String path, long version) {
        var there = api.get(path);
        long named = there.json().path("version").longValue(0);
        if (there.status() == 200 && named != version && !overwrite) {
            refuse(label, "it names version " + named + " here; --overwrite moves it");
            return;
        }
        var body = Lines.JSON.createObjectNode().put("version", version);
        var reply = there.status() == 200 && named == version ? there : api.put(path, body);
        if (reply.status() == 200) {
            labels++;
        } else {
            refuse(label, reply.detail());
        }
    }

    /// Makes the versions of one document that are not there yet.
    private Numbering history(List<Line> lines) {
        var versions = versions(lines);
        var first = versions.getFirst();
        var found = api.get(first.kind().path(first.id()));
        int there = 0;
        if (found.status() == 200) {
            there = found.json().path("version").intValue();
            if (there > versions.size()
                    || !isSame(found.json(), versions.get(there - 1).body())) {
                // It has a history of its own; the newest version may still be wanted.
                return send(List.of(versions.getLast()), overwrite, false)
                        ? new Numbering(false, newest(first))
                        : Numbering.NONE;
            }
        } else if (found.status() != 404) {
            throw new FailedException("the server says: " + found.detail());
        }
        if (there == versions.size()) {
            unchanged++;
            return new Numbering(true, there);
        }
        var before = counts();
        for (int from = there; from < versions.size(); ) {
            int to = end(versions, from);
            // Behind a version that is refused none may follow, or the next run would not know where to go on.
            if (!send(versions.subList(from, to), true, true)) {
                return Numbering.NONE;
            }
            from = to;
        }
        // They are one document.
        created = before.created() + (there == 0 ? 1 : 0);
        replaced = before.replaced() + (there == 0 ? 0 : 1);
        unchanged = before.unchanged();
        return new Numbering(true, versions.size());
    }

    private long newest(Line line) {
        return api.get(line.kind().path(line.id())).json().path("version").longValue(0);
    }

    private static int end(List<Line> lines, int from) {
        long bytes = 0;
        int to = from;
        while (to < lines.size()
                && to - from < MOST_OPERATIONS
                && (to == from || bytes + lines.get(to).bytes() <= MOST_BYTES)) {
            bytes += lines.get(to++).bytes();
        }
        return to;
    }

    private static boolean isSame(JsonNode document, ObjectNode body) {
        var there = ((ObjectNode) document).deepCopy();
        there.remove(KEPT_BY_SERVER);
        return there.equals(body);
    }
}
