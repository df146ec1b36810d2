package dev.mien.checker.workload;

import dev.mien.checker.history.Follower;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.history.Token;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Follows the feed of changes, as somebody who must not miss one: it goes on from the last token, through whichever
/// worker it meets, and breaks off now and then. Each change that it hears is recorded.
final class FeedClient implements Runnable {
    private static final String PATH = "/api/v1/changes";
    private static final int MOST_A_PAGE = 300;

    /// How many changes it hears from one stream in the mean.
    private static final int MEAN_STREAM = 400;

    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(2);

    private final boolean streams;
    private final Deployment deployment;
    private final Duration patience;
    private final Random random;
    private final Recorder recorder;
    private final Counts counts;
    private final AtomicInteger numbers;

    private int number;
    private @Nullable Token position;
    private volatile @Nullable Connection current;

    /// @param streams whether through streams, or in pages
    /// @param numbers gives a number for each time that it begins anew
    FeedClient(
            boolean streams,
            Deployment deployment,
            WorkloadConfig config,
            Recorder recorder,
            Counts counts,
            AtomicInteger numbers) {
        this.streams = streams;
        this.deployment = deployment;
        this.patience = config.patience().compareTo(LONGEST_PATIENCE) < 0 ? config.patience() : LONGEST_PATIENCE;
        this.recorder = recorder;
        this.counts = counts;
        this.numbers = numbers;
        this.number = numbers.getAndIncrement();
        this.random = new Random(config.seed() * 31 + number);
    }

    @Override
    public void run() {
        while (!counts.isOver()) {
            try (var connection = connect()) {
                current = connection;
                if (streams && position != null) {
                    stream(connection);
                } else {
                    while (!counts.isOver() && connection.isOpen() && random.nextInt(50) > 0) {
                        boolean waits = random.nextBoolean();
                        page(connection, waits);
                        if (!waits) {
                            Client.pause(); // It is not to keep the server busy.
                        }
                    }
                }
            } catch (IOException broken) {
                Client.pause();
            } catch (IllegalArgumentException e) {
                counts.surprise("The feed: " + e.getMessage());
                Client.pause();
            }
        }
    }

    /// Ends [#run] without waiting for what the server has to say, once the run is over.
    void hangUp() {
        var connection = current;
        if (connection != null) {
            connection.close();
        }
    }

    private Connection connect() throws IOException {
        var addresses = deployment.addresses();
        return new Connection(addresses.get(random.nextInt(addresses.size())), patience);
    }

    /// Hears the rest, after [#run] and after all writes.
    ///
    /// @throws IOException when the feed cannot be read until then
    Follower hearTheRest(long deadlineNanos) throws IOException {
        while (true) {
            try (var connection = connect()) {
                if (page(connection, false) && position != null) {
                    return new Follower(number, position);
                }
            } catch (IOException | IllegalArgumentException e) {
                if (System.nanoTime() > deadlineNanos) {
                    throw new IOException("the feed cannot be read to its end", e);
                }
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new IOException("the feed cannot be read to its end");
            }
            Client.pause();
        }
    }

    /// @param waits whether the server may wait for changes
    /// @return whether the page reached the end of the feed
    private boolean page(Connection connection, boolean waits) throws IOException {
        int limit = 1 + random.nextInt(MOST_A_PAGE);
        String path = PATH + "?limit=" + limit + (position == null ? "" : "&after=" + position)
                + (waits ? "&wait=200ms" : "");
        long invoked = System.nanoTime();
        var reply = connection.exchange("GET", path, null, null);
        long now = System.nanoTime();
        if (reply.status() != 200) {
            refused(reply.status(), reply.json());
            return false;
        }
        var items = reply.json().path("items");
        var token = reply.token();
        boolean isWhole = items.size() < limit;
        for (var item : items) {
            if (isWhole && !waits) {
                heard(Kind.CHANGE_LISTED, item, reply.worker(), token, invoked, now);
            } else {
                heard(Kind.CHANGE_TOLD, item, reply.worker(), token(item), invoked, now);
            }
        }
        position = Token.parse(reply.json().path("next").asString(""));
        return isWhole;
    }

    private static Token token(JsonNode change) {
        return Token.parse(change.path("token").asString(""));
    }

    private void heard(
            Kind kind, JsonNode change, int worker, @Nullable Token token, long invokedNanos, long completedNanos) {
        var key = new Key(
                change.path("kind").asString("") + "s", change.path("id").asString(""));
        recorder.add(recorder.invoked(number, kind, key, invokedNanos)
                .ok(completedNanos, 200, worker, change.path("version").asLong(0))
                .withRevision(change.path("revision").asLong(0))
                .withToken(token));
    }

    /// There may be no going on from where it was: then it begins anew, as somebody else.
    private void refused(int status, JsonNode problem) {
        if (status == 409 || status == 410) {
            position = null;
            number = numbers.getAndIncrement();
        } else if (status != 503) {
            counts.surprise("The feed answered with " + status + ": "
                    + problem.path("detail").asString(""));
        }
        Client.pause();
    }

    private void stream(Connection connection) throws IOException {
        try (var response = connection.stream(PATH, String.valueOf(position))) {
            var entity = response.getEntity();
            if (response.getCode() != 200 || entity == null) {
                refused(response.getCode(), Reply.JSON.missingNode());
                return;
            }
            var worker = response.getFirstHeader("Mien-Worker");
            int from = worker == null ? -1 : Integer.parseInt(worker.getValue());
            listen(new BufferedReader(new InputStreamReader(entity.getContent(), StandardCharsets.UTF_8)), from);
        } catch (JacksonException e) {
            throw new IOException("an event that is no JSON", e);
        } finally {
            connection.close();
        }
    }

    /// Reads events as a browser's EventSource does, which keeps the id also of one that has no data.
    private void listen(BufferedReader lines, int worker) throws IOException {
        String event = "";
        String data = "";
        String id = "";
        for (var line = lines.readLine(); line != null && !counts.isOver(); line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty()) {
                if (event.equals("end")) {
                    var problem = Reply.JSON.readTree(data);
                    refused(problem.path("status").asInt(0), problem);
                    return;
                }
                if (!data.isEmpty()) {
                    var change = Reply.JSON.readTree(data);
                    long now = System.nanoTime();
                    heard(Kind.CHANGE_TOLD, change, worker, token(change), now, now);
                }
                position = id.isEmpty() ? position : Token.parse(id);
                if (random.nextInt(MEAN_STREAM) == 0) {
                    return;
                }
                event = "";
                data = "";
            }
        }
    }
}
