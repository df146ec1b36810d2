package dev.mien.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The personas that are read and written: all alike but for their number, and about 1 KB each as they are served.
final class Personas {
    /// As many per request as stay well below the limit of a body.
    private static final int PER_REQUEST = 500;

    private static final Pattern ID = Pattern.compile("\\{\"id\":\"([0-9a-f-]{36})\"");
    private static final String PERSONALITY = """
            She notices everything and has been taught to report none of it. She is obedient by training and exact by \
            nature, and the two are beginning to come apart. Her humour is so quiet that people hear it an hour later.""";

    private Personas() {}

    static String draft(long number) {
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

    /// Creates personas until there are so many.
    static void fill(InetSocketAddress server, Ids ids, int count) throws IOException {
        try (var exchange = new Exchange(server)) {
            while (ids.count() < count) {
                int many = Math.min(PER_REQUEST, count - ids.count());
                ids.addAll(idsOf(exchange.send(Requests.post("/api/v1/personas", array(ids.count(), many)))));
            }
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
