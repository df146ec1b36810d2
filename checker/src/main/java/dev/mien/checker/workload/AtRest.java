package dev.mien.checker.workload;

import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.history.Fields;
import dev.mien.checker.history.FinalDocument;
import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Token;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the state at rest: every document through every worker, and the change log.
///
/// A write that nobody waits for any more may still land meanwhile. So all answers have to carry one token; if they do
/// not, all is read once more.
final class AtRest {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TRIES = 10;

    private final Deployment deployment;
    private final Duration answerPatience;

    AtRest(Deployment deployment, Duration answerPatience) {
        this.deployment = deployment;
        this.answerPatience = answerPatience;
    }

    /// @param workers through which to read
    /// @throws IOException when one of them cannot be reached for a minute
    FinalState read(Set<Integer> workers, List<Key> keys) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                long at = System.nanoTime();
                Set<@Nullable Token> tokens = new HashSet<>();
                var documents = documents(workers, keys, tokens, deadline);
                var log = deployment.changeLog();
                if (attempt == TRIES || (tokens.size() <= 1 && agrees(log, tokens))) {
                    return new FinalState(at, documents, log);
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(200);
        }
    }

    private static boolean agrees(@Nullable ChangeLog log, Set<@Nullable Token> tokens) {
        return log == null || tokens.contains(new Token(log.incarnation(), log.head()));
    }

    private List<FinalDocument> documents(
            Set<Integer> workers, List<Key> keys, Set<@Nullable Token> tokens, long deadline)
            throws IOException, InterruptedException {
        var connections = connections(workers, deadline);
        try {
            var documents = new ArrayList<FinalDocument>();
            for (var entry : connections.entrySet()) {
                for (var key : keys) {
                    documents.add(document(entry.getKey(), entry.getValue(), key, tokens));
                }
            }
            return documents;
        } finally {
            connections.values().forEach(Connection::close);
        }
    }

    private static FinalDocument document(int worker, Connection connection, Key key, Set<@Nullable Token> tokens)
            throws IOException {
        var collection = Collection.of(key);
        var reply = connection.exchange("GET", collection.path(key), null, null);
        if (reply.worker() != worker || (reply.status() != 200 && reply.status() != 404)) {
            throw new IOException("worker " + worker + " does not answer at rest, but with " + reply.status());
        }
        tokens.add(reply.token());
        if (reply.status() == 404) {
            return new FinalDocument(worker, key, 0, 0, Fields.NONE);
        }
        var json = reply.json();
        return new FinalDocument(
                worker,
                key,
                collection.version(json, reply),
                json.path("revision").asLong(),
                collection.fields(json));
    }

    /// One connection to each worker. Behind one port chance decides who answers, so connections are made until all are
    /// found.
    private Map<Integer, Connection> connections(Set<Integer> workers, long deadline)
            throws IOException, InterruptedException {
        Map<Integer, Connection> found = new HashMap<>();
        int next = 0;
        while (!found.keySet().containsAll(workers)) {
            if (System.nanoTime() > deadline) {
                found.values().forEach(Connection::close);
                var missing = new HashSet<>(workers);
                missing.removeAll(found.keySet());
                throw new IOException("workers " + missing + " do not answer any more");
            }
            var addresses = deployment.addresses();
            @Nullable Connection connection = null;
            try {
                connection = new Connection(addresses.get(next++ % addresses.size()), answerPatience);
                var reply = connection.exchange("GET", "/readyz", null, null);
                if (reply.status() == 200 && workers.contains(reply.worker()) && connection.isOpen()) {
                    connection = found.put(reply.worker(), connection);
                }
            } catch (IOException notYet) {
                Thread.sleep(20);
            } finally {
                if (connection != null) {
                    connection.close();
                }
            }
        }
        return found;
    }
}
