package dev.mien;

import dev.mien.config.Settings;
import dev.mien.store.PostgresConfig;
import dev.mien.store.postgres.PostgresMigrations;
import dev.mien.store.sqlite.SqliteMigrations;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// How long does a page of a list or search take, among many personas of about 1 KB, whose words are as unevenly spread
/// as words are? One client asks over HTTP, one request after another; each is sent 40 times after 10 to warm up.
///
/// Run by hand: `java -cp <test classpath> dev.mien.SearchMeasurement <directory or jdbc url> [personas]`. A database
/// that has personas already is measured as it is.
final class SearchMeasurement {
    private static final int WORDS = 20_000;
    private static final String[] SYLLABLES = {
        "ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "wa", "za", "che", "dro", "fli", "gra", "pel"
    };

    private final Random random = new Random(7);
    private final HttpClient client = HttpClient.newHttpClient();
    private final String server;

    private SearchMeasurement(int port) {
        this.server = "http://127.0.0.1:" + port;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var settings = new HashMap<>(Map.of("port", "0"));
        if (arguments[0].startsWith("jdbc:")) {
            settings.put("database", arguments[0]);
            PostgresMigrations.migrate(arguments[0], new PostgresConfig("", "", 1, false));
        } else {
            Files.createDirectories(Path.of(arguments[0]));
            SqliteMigrations.migrate(Path.of(arguments[0]));
            settings.put("data", arguments[0]);
        }
        int personas = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
        try (var mien = new Mien(Settings.of(settings, Map.of(), null).toConfig(), 1)) {
            mien.start();
            var measurement = new SearchMeasurement(mien.port());
            if (measurement.get("/api/v1/personas?limit=1").contains("\"items\":[]")) {
                measurement.fill(personas);
            }
            measurement.measure();
        }
    }

    private String word() {
        int number = (int) Math.pow(WORDS, random.nextDouble());
        var word = new StringBuilder();
        for (int rest = number; rest > 0; rest /= SYLLABLES.length) {
            word.append(SYLLABLES[rest % SYLLABLES.length]);
        }
        return word.toString();
    }

    private String text(int words) {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(word()).append(' ');
        }
        return text.toString();
    }

    private void fill(int personas) throws IOException, InterruptedException {
        var users = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            String answer = post("/api/v1/users", "{\"username\":\"user_" + i + "\"}");
            users.add(answer.substring(7, answer.indexOf('"', 7)));
        }
        for (int first = 0; first < personas; first += 500) {
            var drafts = new StringBuilder("[");
            for (int i = first; i < Math.min(personas, first + 500); i++) {
                drafts.append(i == first ? "" : ",")
                        .append("{\"name\":\"Persona ")
                        .append(word())
                        .append(' ')
                        .append(i)
                        .append("\",\"appearance\":\"")
                        .append(text(35))
                        .append("\",\"personality\":\"character ")
                        .append(text(60))
                        .append(i % 10 == 0 ? " tenth" : "")
                        .append(i % 100 == 0 ? " harbour" : "")
                        .append(i % 10_000 == 0 ? " unicorn" : "")
                        .append("\",\"system_prompt\":\"")
                        .append(text(40))
                        .append("\",\"greeting\":\"")
                        .append(text(12))
                        .append("\",\"tags\":[\"court\",\"t")
                        .append(i % 1_000)
                        .append("\"],\"owner_id\":\"")
                        .append(users.get(i % users.size()))
                        .append("\"}");
            }
            post("/api/v1/personas", drafts.append(']').toString());
        }
    }

    private void measure() throws IOException, InterruptedException {
        String users = get("/api/v1/users?limit=1");
        String owner = "owner=" + users.substring(17, users.indexOf('"', 17));
        String now = "updated_since=" + Instant.now();
        List<String> queries = List.of(
                "",
                owner,
                "tag=t77",
                "tag=court&" + owner,
                now,
                "updated_since=2000-01-01T00:00:00Z",
                q("unicorn"),
                q("harbour"),
                q("tenth"),
                q("\"character\""),
                q("character"),
                q("charac"),
                q("che"),
                q("kera"),
                q("persona"),
                q("\"character\" \"harbour\""),
                q("character \"persona\""),
                q("\"persona bake\""),
                q("\"character bake\""),
                q("\"character\"") + "&" + owner,
                q("\"character\"") + "&tag=t77",
                q("\"character\"") + "&tag=court&active=true",
                q("\"character\"") + "&active=false",
                q("\"harbour\"") + "&tag=court&" + owner,
                q("\"character\"") + "&" + now,
                q("\"character\"") + "&fields=summary");
        System.out.println("| request | items | minimum ms | median ms | maximum ms |\n|---|---|---|---|---|");
        for (String query : queries) {
            measure("/api/v1/personas?" + query);
        }
        String deep = "/api/v1/personas?" + q("\"character\"");
        String page = get(deep);
        for (int i = 1; i < 9; i++) {
            page = get(deep + "&cursor=" + cursor(page));
        }
        measure(deep + "&cursor=" + cursor(page));
    }

    private static String cursor(String page) {
        int start = page.lastIndexOf("\"next_cursor\":\"") + 15;
        return page.substring(start, page.indexOf('"', start));
    }

    private static String q(String text) {
        return "q=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void measure(String path) throws IOException, InterruptedException {
        double[] times = new double[40];
        int items = 0;
        for (int i = -10; i < times.length; i++) {
            long start = System.nanoTime();
            String page = get(path);
            if (i >= 0) {
                times[i] = (System.nanoTime() - start) / 1e6;
            }
            items = page.split("\"version\":", -1).length - 1;
        }
        Arrays.sort(times);
        System.out.printf("| `%s` | %d | %.1f | %.1f | %.1f |%n", path, items, times[0], times[20], times[39]);
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(server + path)).build());
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(server + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(answer.body());
        }
        return answer.body();
    }
}
