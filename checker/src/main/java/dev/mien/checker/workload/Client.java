package dev.mien.checker.workload;

import dev.mien.checker.history.Fields;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.workload.Subject.Sighting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends one request after the other until it is told to stop, and records each with what its answer said.
final class Client implements Runnable {
    /// How many writes make a new document, in a thousand.
    private static final int RENEWALS = 3;

    private static final long BACKOFF_MILLIS = 20;

    /// How many writes in a hundred name a key, so that they are safe to repeat.
    private static final int KEYED = 25;

    /// How often a request with a key is sent at most, where no answer says what became of it.
    private static final int MOST_TRIES = 4;

    private final int number;
    private final Random random;
    private final double writeShare;
    private final boolean documentsOnly;
    private final String tag;
    private final Connections connections;
    private final Subjects subjects;
    private final Recorder recorder;
    private final Counts counts;
    private final Interpreter interpreter;

    /// @param tag marks the documents of this run
    Client(
            int number,
            WorkloadConfig config,
            String tag,
            Connections connections,
            Subjects subjects,
            Recorder recorder,
            Counts counts) {
        this.number = number;
        this.random = new Random(config.seed() * 31 + number);
        this.writeShare = config.writeShare();
        this.documentsOnly = config.documentsOnly();
        this.tag = tag;
        this.connections = connections;
        this.subjects = subjects;
        this.recorder = recorder;
        this.counts = counts;
        this.interpreter = new Interpreter(counts);
    }

    @Override
    public void run() {
        while (!counts.isOver()) {
            Connection connection;
            try {
                connection = connections.take(random);
            } catch (IOException nobodyThere) {
                connections.none();
                counts.unreachable();
                pause();
                continue;
            }
            try {
                request(connection);
            } finally {
                connections.giveBack(connection, random);
            }
        }
    }

    /// Before another attempt, where something did not answer.
    static void pause() {
        try {
            Thread.sleep(BACKOFF_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void request(Connection connection) {
        boolean write = random.nextDouble() < writeShare;
        int place = subjects.place(random);
        var subject = subjects.at(place);
        if (subject == null || (write && random.nextInt(1_000) < RENEWALS)) {
            create(connection, place);
        } else if (write) {
            write(connection, subject);
        } else {
            read(connection, subject);
        }
    }

    private void create(Connection connection, int place) {
        var collection = Subjects.collection(place);
        var operation = recorder.invoked(number, Kind.CREATE, new Key(collection.plural(), "?"));
        operation = operation.writing(everyField(collection, operation));
        String username = collection == Collection.USERS ? tag + "_" + operation.sequence() : "";
        var reply = send(connection, "POST", collection.path(), null, body(collection, operation, username));
        long now = System.nanoTime();
        if (reply == null) {
            subjects.add(new Subjects.Orphan(operation.unknown(now, 0, -1), collection, username));
            counts.answered(false);
            return;
        }
        var judged = interpreter.judge(operation, collection, reply, now);
        if (judged.version() == 0) {
            subjects.add(new Subjects.Orphan(judged, collection, username));
            counts.answered(judged.outcome().isAnswer());
            return;
        }
        var key = new Key(collection.plural(), id(reply));
        record(judged.of(key));
        var subject = new Subject(collection, key, username, sighting(judged, reply), now);
        subjects.put(place, subject);
        if (collection == Collection.PERSONAS && !documentsOnly && random.nextBoolean()) {
            label(connection, subject);
        }
    }

    /// Gives a new persona its label.
    private void label(Connection connection, Subject persona) {
        var key = Collection.labelOf(persona.key());
        subjects.know(key);
        var operation =
                naming(recorder.invoked(number, Kind.PUT, key), persona.newest().version());
        var body = Collection.LABELS.json(operation.written());
        var reply = send(connection, "PUT", Collection.LABELS.path(key), null, body);
        long now = System.nanoTime();
        var judged = judged(operation, Collection.LABELS, reply, now);
        record(judged);
        if (judged.version() > 0 && reply != null) {
            persona.label(new Subject(Collection.LABELS, key, "", sighting(judged, reply), now));
        }
    }

    /// The operation as one that makes a label name a version.
    private static Operation naming(Operation operation, long version) {
        return operation.writing(Fields.of("version", Long.toString(version)));
    }

    private static String id(Reply reply) {
        try {
            return reply.json().path("id").asString();
        } catch (IOException e) {
            throw new IllegalStateException("read once already", e);
        }
    }

    private Fields everyField(Collection collection, Operation operation) {
        var fields = new HashMap<String, String>();
        collection.watched().forEach(name -> fields.put(name, value(operation)));
        fields.put(Fields.ACTIVE, "true");
        return Fields.of(fields);
    }

    /// No other request carries it.
    private static String value(Operation operation) {
        return "w" + operation.sequence();
    }

    /// The whole document, with what every document of the run has beside the watched fields.
    private ObjectNode body(Collection collection, Operation operation, String username) {
        var json = collection.json(operation.written());
        if (collection == Collection.USERS) {
            json.put("username", username);
        } else {
            json.putArray("tags").add(tag);
        }
        return json;
    }

    private void write(Connection connection, Subject subject) {
        int choice = random.nextInt(documentsOnly ? 100 : 115);
        if (choice < 55) {
            patch(connection, subject, Kind.PATCH);
        } else if (choice < 75) {
            patch(connection, subject, Kind.PATCH_IF_MATCH);
        } else if (choice < 90) {
            put(connection, subject);
        } else if (choice < 100) {
            var operation = recorder.invoked(number, Kind.DELETE, subject.key());
            exchange(connection, subject, operation, "DELETE", null, null);
        } else if (choice < 107 && subject.label() != null) {
            move(connection, subject, subject.label());
        } else {
            restore(connection, subject);
        }
    }

    private void move(Connection connection, Subject persona, Subject label) {
        var base = label.newest();
        var operation = naming(recorder.invoked(number, Kind.PUT, label.key()), anyVersion(persona));
        var body = Collection.LABELS.json(operation.written());
        exchange(connection, label, operation.naming(base.version()), "PUT", base.etag(), body);
    }

    private long anyVersion(Subject subject) {
        return 1 + random.nextLong(subject.newest().version());
    }

    /// Reads an old version and makes it the newest.
    private void restore(Connection connection, Subject subject) {
        long version = anyVersion(subject);
        var seen = version(connection, subject, version).seen();
        if (seen != null) {
            var base = subject.newest();
            var operation = recorder.invoked(number, Kind.RESTORE, subject.key())
                    .naming(base.version())
                    .writing(seen);
            var body = Reply.JSON.createObjectNode().put("version", version);
            exchange(connection, subject, operation, "POST", "/restore", base.etag(), body);
        }
    }

    private void patch(Connection connection, Subject subject, Kind kind) {
        var operation = recorder.invoked(number, kind, subject.key());
        var names = new ArrayList<>(subject.collection().watched());
        Collections.shuffle(names, random);
        var fields = new HashMap<String, String>();
        for (String name : names.subList(0, 1 + random.nextInt(2))) {
            fields.put(name, value(operation));
        }
        if (random.nextInt(8) == 0) {
            fields.put(Fields.ACTIVE, "true"); // What was deleted comes back.
        }
        operation = operation.writing(Fields.of(fields));
        var body = subject.collection().json(operation.written());
        if (kind == Kind.PATCH) {
            exchange(connection, subject, operation, "PATCH", null, body);
        } else {
            var base = subject.newest();
            exchange(connection, subject, operation.naming(base.version()), "PATCH", base.etag(), body);
        }
    }

    private void put(Connection connection, Subject subject) {
        var operation = recorder.invoked(number, Kind.PUT, subject.key());
        operation = operation.writing(everyField(subject.collection(), operation));
        var body = body(subject.collection(), operation, subject.username());
        if (random.nextBoolean()) {
            exchange(connection, subject, operation, "PUT", "*", body);
        } else {
            var base = subject.newest();
            exchange(connection, subject, operation.naming(base.version()), "PUT", base.etag(), body);
        }
    }

    private void read(Connection connection, Subject subject) {
        int choice = random.nextInt(100);
        if (choice < 10) {
            list(connection, subject);
        } else if (choice < 35) {
            var base = subject.newest();
            var operation = recorder.invoked(number, Kind.CONDITIONAL_GET, subject.key());
            exchange(connection, subject, operation.naming(base.version()), "GET", base.etag(), null);
        } else if (choice < 60 && subject.collection() == Collection.USERS) {
            var operation = recorder.invoked(number, Kind.BY_USERNAME, subject.key());
            var path = Collection.USERS.path() + "/by-username/" + subject.username();
            settle(operation, subject, send(connection, "GET", path, null, null));
        } else if (choice < 75 && !documentsOnly) {
            otherwise(connection, subject);
        } else {
            exchange(connection, subject, recorder.invoked(number, Kind.GET, subject.key()), "GET", null, null);
        }
    }

    /// The ways to a document that go past its row: its history, and for personas labels and the index of words.
    private void otherwise(Connection connection, Subject subject) {
        var label = subject.label();
        switch (random.nextInt(subject.collection() == Collection.USERS ? 2 : 6)) {
            case 0 -> history(connection, subject);
            case 1 -> version(connection, subject, anyVersion(subject));
            case 2 -> search(connection, subject);
            case 3 -> {
                if (label != null) {
                    var operation = recorder.invoked(number, Kind.GET, label.key());
                    exchange(connection, label, operation, "GET", null, null);
                }
            }
            case 4 -> {
                if (label != null) {
                    var operation = recorder.invoked(number, Kind.VERSION, subject.key());
                    settle(operation, subject, send(connection, "GET", Collection.labelled(subject.key()), null, null));
                }
            }
            default -> {
                var operation = recorder.invoked(number, Kind.LABELLED, subject.key());
                settle(operation, subject, send(connection, "GET", subject.path() + "?label=latest", null, null));
            }
        }
    }

    private Operation version(Connection connection, Subject subject, long version) {
        var operation = recorder.invoked(number, Kind.VERSION, subject.key()).naming(version);
        String address = subject.path() + (random.nextBoolean() ? "?version=" : "/versions/") + version;
        return settle(operation, subject, send(connection, "GET", address, null, null));
    }

    private void history(Connection connection, Subject subject) {
        var operation = recorder.invoked(number, Kind.HISTORY, subject.key());
        var reply = send(connection, "GET", subject.path() + "/versions?limit=1", null, null);
        long now = System.nanoTime();
        if (reply == null || reply.status() != 200) {
            record(judged(operation, subject.collection(), reply, now));
            return;
        }
        try {
            var newest = reply.json().path("items").path(0);
            record(operation
                    .ok(now, 200, reply.worker(), newest.path("version").asLong(0))
                    .withRevision(newest.path("revision").asLong(0))
                    .withToken(reply.token()));
        } catch (IOException | IllegalArgumentException e) {
            record(interpreter.surprising(operation, reply, now, String.valueOf(e.getMessage())));
        }
    }

    /// What is found is a read of it. What is not found says nothing: the word may have been changed.
    private void search(Connection connection, Subject subject) {
        var word = subject.newest().word();
        var path = Collection.PERSONAS.path() + "?limit=20&tag=" + tag + "&q=" + (word == null ? tag : word);
        long invoked = System.nanoTime();
        var reply = send(connection, "GET", path, null, null);
        long now = System.nanoTime();
        if (reply == null || reply.status() != 200) {
            var operation = recorder.invoked(number, Kind.FOUND, subject.key(), invoked);
            record(judged(operation, Collection.PERSONAS, reply, now));
            return;
        }
        try {
            entries(reply.json(), Collection.PERSONAS, Kind.FOUND, reply, invoked, now)
                    .values()
                    .forEach(this::record);
        } catch (IOException | IllegalArgumentException e) {
            var operation = recorder.invoked(number, Kind.FOUND, subject.key(), invoked);
            record(interpreter.surprising(operation, reply, now, String.valueOf(e.getMessage())));
        }
    }

    private void exchange(
            Connection connection,
            Subject subject,
            Operation operation,
            String method,
            @Nullable String condition,
            @Nullable ObjectNode body) {
        exchange(connection, subject, operation, method, "", condition, body);
    }

    /// @param below what follows the subject's address
    private void exchange(
            Connection connection,
            Subject subject,
            Operation operation,
            String method,
            String below,
            @Nullable String condition,
            @Nullable ObjectNode body) {
        String path = subject.path() + below;
        boolean keyed = operation.kind().isWrite() && !documentsOnly && random.nextInt(100) < KEYED;
        var reply = keyed
                ? sendUntilAnswered(connection, tag + operation.sequence(), method, path, condition, body)
                : send(connection, method, path, condition, body);
        settle(operation, subject, reply);
    }

    /// Repeats a request with a key as a client should: where it has no answer or one that leaves the outcome open, and
    /// sometimes for no reason. To the history all that is one write; were it done twice, there would be a version
    /// which nobody wrote.
    ///
    /// @return the answer that says what became of the request; null where none does. An earlier attempt that had no
    ///     answer may be under way still, so only a success settles it
    private @Nullable Reply sendUntilAnswered(
            Connection connection,
            String key,
            String method,
            String path,
            @Nullable String condition,
            @Nullable ObjectNode body) {
        var reply = send(connection, key, method, path, condition, body);
        boolean open = isOpen(reply);
        for (int attempt = 1; attempt < MOST_TRIES && (reply == null || reply.status() >= 500); attempt++) {
            reply = sendAgain(key, method, path, condition, body);
            open |= isOpen(reply);
        }
        if (reply != null && reply.status() < 300 && random.nextInt(4) == 0) {
            sendAgain(key, method, path, condition, body);
        }
        return open && (reply == null || reply.status() >= 300) ? null : reply;
    }

    /// Through another connection.
    private @Nullable Reply sendAgain(
            String key, String method, String path, @Nullable String condition, @Nullable ObjectNode body) {
        Connection other;
        try {
            other = connections.take(random);
        } catch (IOException nobodyThere) {
            connections.none();
            pause();
            return null;
        }
        try {
            return send(other, key, method, path, condition, body);
        } finally {
            connections.giveBack(other, random);
        }
    }

    /// Whether the request may yet happen.
    private static boolean isOpen(@Nullable Reply reply) {
        return reply == null || (reply.status() >= 500 && !reply.isNotApplied());
    }

    private Operation judged(Operation operation, Collection collection, @Nullable Reply reply, long now) {
        return reply == null ? operation.unknown(now, 0, -1) : interpreter.judge(operation, collection, reply, now);
    }

    /// Records what became of the request.
    private Operation settle(Operation operation, Subject subject, @Nullable Reply reply) {
        var judged = judged(operation, subject.collection(), reply, System.nanoTime());
        if (foundItSo(judged, subject.collection())) {
            judged = judged.asRead();
        }
        record(judged);
        if (judged.version() > 0 && reply != null && reply.etag() != null) {
            subject.saw(sighting(judged, reply));
        }
        return judged;
    }

    /// Whether a restore, or a move of a label, was answered with the version that it named, because that is as it
    /// would have it: a write that changes nothing makes no version.
    private static boolean foundItSo(Operation judged, Collection collection) {
        return (judged.kind() == Kind.RESTORE || collection == Collection.LABELS)
                && judged.isAcknowledgedWrite()
                && judged.version() == judged.named()
                && judged.written().equals(judged.seen());
    }

    private static Sighting sighting(Operation operation, Reply reply) {
        String etag = reply.etag();
        var seen = operation.seen();
        return new Sighting(
                etag == null ? "*" : etag,
                operation.version(),
                operation.revision(),
                seen == null ? null : seen.get("name"));
    }

    private static @Nullable Reply send(
            Connection connection, String method, String path, @Nullable String condition, @Nullable ObjectNode body) {
        return send(connection, null, method, path, condition, body);
    }

    /// Null when no whole answer came.
    private static @Nullable Reply send(
            Connection connection,
            @Nullable String key,
            String method,
            String path,
            @Nullable String condition,
            @Nullable ObjectNode body) {
        try {
            return connection.exchange(
                    method, path, condition, body == null ? null : Reply.JSON.writeValueAsBytes(body), key);
        } catch (IOException e) {
            return null;
        }
    }

    /// Each document that the page shows is a read of it. So is the gap where the subject is not shown although the
    /// page reaches beyond it.
    private void list(Connection connection, Subject subject) {
        var collection = subject.collection();
        int limit = 5 + random.nextInt(30);
        long invoked = System.nanoTime();
        String filter = collection == Collection.PERSONAS ? "&tag=" + tag : "";
        var reply = send(connection, "GET", collection.path() + "?limit=" + limit + filter, null, null);
        long now = System.nanoTime();
        var ofSubject = recorder.invoked(number, Kind.LIST_ENTRY, subject.key(), invoked);
        if (reply == null || reply.status() != 200) {
            record(judged(ofSubject, collection, reply, now));
            return;
        }
        try {
            var page = reply.json();
            var shown = entries(page, collection, Kind.LIST_ENTRY, reply, invoked, now);
            shown.values().forEach(this::record);
            boolean reachesBeyond = page.path("next_cursor").isNull()
                    || shown.keySet().stream()
                            .anyMatch(key -> key.id().compareTo(subject.key().id()) < 0);
            if (!shown.containsKey(subject.key()) && reachesBeyond && subject.knownNanos() < invoked) {
                record(ofSubject.absent(now, 200, reply.worker()).withToken(reply.token()));
            }
        } catch (IOException | IllegalArgumentException e) {
            record(interpreter.surprising(ofSubject, reply, now, String.valueOf(e.getMessage())));
        }
    }

    private Map<Key, Operation> entries(
            JsonNode page, Collection collection, Kind kind, Reply reply, long invoked, long now) {
        Map<Key, Operation> shown = new HashMap<>();
        for (var document : page.path("items")) {
            if (collection == Collection.USERS
                    && !document.path("username").asString("").startsWith(tag)) {
                continue; // Somebody else's.
            }
            var key = new Key(collection.plural(), document.path("id").asString());
            var operation = recorder.invoked(number, kind, key, invoked);
            shown.put(
                    key,
                    Interpreter.shown(operation, collection, reply, document, now)
                            .withToken(reply.token()));
        }
        return shown;
    }

    private void record(Operation operation) {
        recorder.add(operation);
        counts.answered(operation.outcome().isAnswer());
        if (operation.worker() >= 0) {
            counts.met(operation.worker());
        }
    }
}
