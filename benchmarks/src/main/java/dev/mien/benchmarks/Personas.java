package dev.mien.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// The personas that are read and written: all alike but for their number, and about 1 KB each as they are served.
public final class Personas {
    /// As many per request as stay well below the limit of a body.
    static final int PER_REQUEST = 500;

    static final int CREATORS = 4;
    private static final String PATH = "/api/v1/personas";
    private static final Pattern VERSION = Pattern.compile("\"version\":(\\d+)");

    private static final Pattern ID = Pattern.compile("\\{\"id\":\"([0-9a-f-]{36})\"");
    private static final String PERSONALITY = """
            She notices everything and has been taught to report none of it. She is obedient by training and exact by \
            nature, and the two are beginning to come apart. Her humour is so quiet that people hear it an hour later.""";

    private Personas() {}

    public static String draft(long number) {
        return "{\"name\":\"Ophelia " + number + "\",\"personality\":\"" + PERSONALITY
                + "\",\"greeting\":\"You may stay if you will hold the basket.\",\"tags\":[\"court\",\"tragedy\"]}";
    }

    static byte[] array(long first, int count) {
        var json = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : ",").append(draft(first + i));
        }
        return json.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Creates personas through arrays, over a few connections at once, until there are so many.
    ///
    /// @return how many were created in a second; 0 if there were enough
    static double fill(InetSocketAddress server, Ids ids, int count) throws IOException, InterruptedException {
        int missing = count - ids.count();
        var next = new AtomicInteger(ids.count());
        long begun = System.nanoTime();
        try (var creators = Executors.newFixedThreadPool(CREATORS)) {
            var created = new ArrayList<Future<List<String>>>();
            for (int i = 0; i < CREATORS; i++) {
                created.add(creators.submit(() -> create(server, next, count)));
            }
            for (var some : created) {
                ids.addAll(some.get());
            }
        } catch (ExecutionException e) {
            throw new IOException("the personas could not be created", e.getCause());
        }
        return Math.max(0, missing) / ((System.nanoTime() - begun) / 1e9);
    }

    private static List<String> create(InetSocketAddress server, AtomicInteger next, int count) throws IOException {
        var ids = new ArrayList<String>();
        try (var exchange = new Exchange(server)) {
            for (int from = next.getAndAdd(PER_REQUEST); from < count; from = next.getAndAdd(PER_REQUEST)) {
                int many = Math.min(PER_REQUEST, count - from);
                ids.addAll(idsOf(exchange.send(Requests.post(PATH, array(from, many)))));
            }
        }
        return ids;
    }

    /// Creates one that nobody else knows of.
    static String createOne(InetSocketAddress server) throws IOException {
        try (var exchange = new Exchange(server)) {
            return idsOf(exchange.send(Requests.post(PATH, array(0, 1)))).getFirst();
        }
    }

    /// The version of one as it is now.
    static long version(InetSocketAddress server, String id) throws IOException {
        try (var exchange = new Exchange(server)) {
            String body = exchange.send(Requests.get(PATH + "/" + id)).body();
            var matcher = VERSION.matcher(body);
            if (!matcher.find()) {
                throw new IOException("no version in " + body);
            }
            return Long.parseLong(matcher.group(1));
        }
    }

    private static List<String> idsOf(Exchange.Answer answer) throws IOException {
        var ids = new ArrayList<String>();
        var matcher = ID.matcher(answer.body());
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        if (ids.isEmpty()) {
            throw new IOException("status " + answer.status() + ": " + answer.body());
        }
        return ids;
    }
}
