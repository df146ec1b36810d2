package dev.mien.checker.workload;

import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Follower;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.workload.Subjects.Orphan;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The clients of one run, and the documents that they work on, which are its own.
public final class Workload {
    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(500);

    private final WorkloadConfig config;
    private final Deployment deployment;
    private final Recorder recorder;
    private final String tag =
            "v" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private final Subjects subjects;
    private final Counts counts = new Counts();
    private final List<FeedClient> followers = new ArrayList<>();

    public Workload(WorkloadConfig config, Deployment deployment, Recorder recorder) {
        this.config = config;
        this.deployment = deployment;
        this.recorder = recorder;
        this.subjects = new Subjects(config.keys());
        if (!config.documentsOnly()) {
            var numbers = new AtomicInteger(config.clients());
            for (boolean streams : new boolean[] {false, true}) {
                followers.add(new FeedClient(streams, deployment, config, recorder, counts, numbers));
            }
        }
    }

    /// What all personas of this run are tagged with, and what the names of its users begin with.
    public String tag() {
        return tag;
    }

    /// The documents that the clients work on now.
    public List<Key> documents() {
        return subjects.current();
    }

    /// Answers that the API does not know, and how often they came.
    public Map<String, Long> surprises() {
        var surprises = new TreeMap<String, Long>();
        counts.surprises().forEach((what, count) -> surprises.put(what, count.sum()));
        return surprises;
    }

    /// Runs all clients for the configured time. Returns when the last of them has its last answer or has given up.
    ///
    /// @param progress is called twice a second
    public void run(Consumer<Progress> progress) throws InterruptedException {
        try (var connections = new Connections(deployment::addresses, config.clients(), config.patience())) {
            long start = System.nanoTime();
            var clients = new ArrayList<Thread>();
            for (int number = 0; number < config.clients(); number++) {
                var client = new Client(number, config, tag, connections, subjects, recorder, counts);
                clients.add(Thread.ofVirtual().name("client-" + number).start(client));
            }
            var following = new ArrayList<Thread>();
            for (var follower : followers) {
                following.add(Thread.ofVirtual().name("follower").start(follower));
            }
            try {
                for (long left = config.duration().toNanos();
                        left > 0;
                        left = start + config.duration().toNanos() - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.sleep(Math.min(left, BETWEEN_REPORTS.toNanos()));
                    progress.accept(counts.progress(System.nanoTime() - start));
                }
            } finally {
                counts.end();
            }
            for (var client : clients) {
                client.join();
            }
            followers.forEach(FeedClient::hangUp);
            for (var follower : following) {
                follower.join();
            }
        }
    }

    /// The state at rest, after [#run] and after everything that was broken was mended.
    ///
    /// @throws IOException when a worker that answered before no longer does
    public FinalState atRest() throws IOException, InterruptedException {
        var keys = new HashSet<>(subjects.all());
        keys.addAll(adopted(keys));
        var state = new AtRest(deployment, config.patience()).read(counts.workers(), List.copyOf(keys));
        return new FinalState(state.atNanos(), state.documents(), state.log(), heardToTheEnd());
    }

    private List<Follower> heardToTheEnd() throws IOException {
        long deadline = System.nanoTime() + AtRest.PATIENCE.toNanos();
        var ends = new ArrayList<Follower>();
        for (var follower : followers) {
            ends.add(follower.hearTheRest(deadline));
        }
        return ends;
    }

    /// Documents that were created although their creation was not answered so. Each is recorded under the id that it
    /// turns out to have.
    private List<Key> adopted(HashSet<Key> known) throws IOException, InterruptedException {
        var found = new ArrayList<Key>();
        var users = new ArrayList<JsonNode>();
        for (var orphan : subjects.orphans()) {
            if (orphan.collection() == Collection.USERS) {
                var user = get(Collection.USERS.path() + "/by-username/" + orphan.username());
                if (user.status() == 200) {
                    users.add(user.json());
                }
            }
        }
        for (var document : users) {
            adopt(Collection.USERS, document, known, found);
        }
        for (var document : tagged()) {
            adopt(Collection.PERSONAS, document, known, found);
        }
        return found;
    }

    private void adopt(Collection collection, JsonNode document, HashSet<Key> known, List<Key> found) {
        var key = new Key(collection.plural(), document.path("id").asString());
        if (known.contains(key)) {
            return;
        }
        var fields = collection.fields(document);
        subjects.orphans().stream()
                .filter(orphan -> orphan.collection() == collection
                        && fields.equals(orphan.create().written()))
                .map(Orphan::create)
                .forEach(create -> recorder.add(create.of(key)));
        found.add(key);
    }

    private List<JsonNode> tagged() throws IOException, InterruptedException {
        var documents = new ArrayList<JsonNode>();
        @Nullable String cursor = null;
        do {
            var page = get(Collection.PERSONAS.path() + "?limit=500&tag=" + tag
                            + (cursor == null ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)))
                    .json();
            page.path("items").forEach(documents::add);
            cursor = page.path("next_cursor").stringValue(null);
        } while (cursor != null);
        return documents;
    }

    private Reply get(String path) throws IOException, InterruptedException {
        return exchange("GET", path);
    }

    /// Deletes all documents of the run.
    ///
    /// @param state what [#atRest] found
    public void remove(FinalState state) throws IOException, InterruptedException {
        var keys = new HashSet<Key>();
        state.documents().forEach(document -> keys.add(document.key()));
        for (var key : keys) {
            exchange("DELETE", Collection.of(key).path(key));
        }
    }

    /// Asks one worker after the other until one answers.
    private Reply exchange(String method, String path) throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            var addresses = deployment.addresses();
            try (var connection = new Connection(addresses.get(attempt % addresses.size()), config.patience())) {
                var reply = connection.exchange(method, path, null, null);
                if (reply.status() < 500) {
                    return reply;
                }
                throw new IOException(method + " " + path + " was answered with " + reply.status());
            } catch (IOException e) {
                if (attempt == 100) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }
}
