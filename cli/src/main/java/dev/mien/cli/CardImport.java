package dev.mien.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Brings character cards into a store, several in each request and a few requests at a time.
///
/// **It may be repeated at any point.** A card that was imported before is not imported again, so a run that was
/// interrupted is gone on with by starting it once more.
final class CardImport {
    private static final String IMPORT = "/api/v1/personas/import";
    private static final int MOST_FILES = 50;
    /// Below the largest card that a server takes by default.
    private static final long MOST_BYTES = 4L * 1024 * 1024;

    private static final int AT_ONCE = 3;
    /// What is taken from a folder. Whatever else is in it is passed over.
    private static final Set<String> NAMES = Set.of("png", "apng", "json", "charx", "jpg", "jpeg", "webp");

    /// A file of JSON that is larger than this is no card.
    private static final long LARGEST_JSON = 64L * 1024 * 1024;

    private final ServerApi api;
    private final String query;
    private final PrintWriter out;
    private final Counter counter;
    private final @Nullable OutputStream report;

    private long created;
    private long duplicates;
    private long valid;
    private long refused;

    /// @param owner the id of the user who is to own the personas; null for none
    /// @param report where to write what became of each file, as JSON Lines; null for nowhere
    CardImport(
            ServerApi api,
            @Nullable String owner,
            boolean dryRun,
            PrintWriter out,
            Counter counter,
            @Nullable OutputStream report) {
        this.api = api;
        this.query = "?dry_run=" + dryRun + (owner == null ? "" : "&owner_id=" + ServerApi.encode(owner));
        this.out = out;
        this.counter = counter;
        this.report = report;
    }

    /// The files of a folder that may be cards, and of the folders in it, in the order of their names.
    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> NAMES.contains(extension(file)) && Files.isRegularFile(file))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static String extension(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /// Whether a file is a card and no file of JSON Lines, as its content says.
    static boolean isCard(Path file) throws IOException {
        byte[] head;
        try (var in = Files.newInputStream(file)) {
            head = in.readNBytes(12);
        }
        boolean isPacked = begins(head, 0x89, 'P', 'N', 'G') || begins(head, 'P', 'K', 3, 4);
        boolean isPicture = begins(head, 0xff, 0xd8, 0xff) || begins(head, 'R', 'I', 'F', 'F');
        if (isPacked || isPicture || Lines.isCompressed(file) || Files.size(file) > LARGEST_JSON) {
            return isPacked || isPicture;
        }
        try {
            // A second line behind the first is no well-formed JSON any more, and a card of other members is none.
            return Lines.JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode card
                    && !card.has("kind")
                    && (card.has("spec") || card.has("data") || card.has("char_name") || card.has("name"));
        } catch (JacksonException e) {
            return false;
        }
    }

    private static boolean begins(byte[] bytes, int... first) {
        for (int i = 0; i < first.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != first[i]) {
                return false;
            }
        }
        return true;
    }

    void run(List<Path> files) throws IOException {
        var threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            run(files, threads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        } finally {
            threads.shutdownNow();
        }
    }

    private void run(List<Path> files, ExecutorService threads) throws IOException, InterruptedException {
        var underWay = new ArrayDeque<Sent>();
        for (var batch : batches(files)) {
            if (underWay.size() == AT_ONCE) {
                take(underWay.remove());
            }
            underWay.add(new Sent(batch, threads.submit(() -> send(batch))));
        }
        // Told in the order of the files.
        while (!underWay.isEmpty()) {
            take(underWay.remove());
        }
    }

    /// A request under way.
    private record Sent(List<Path> files, Future<List<JsonNode>> results) {}

    private static List<JsonNode> results(Future<List<JsonNode>> sent) throws InterruptedException {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FailedException failed ? failed : new IllegalStateException(e.getCause());
        }
    }

    private static List<List<Path>> batches(List<Path> files) throws IOException {
        var batches = new ArrayList<List<Path>>();
        var batch = new ArrayList<Path>();
        long bytes = 0;
        for (var file : files) {
            long size = Files.size(file);
            if (!batch.isEmpty() && (batch.size() == MOST_FILES || bytes + size > MOST_BYTES)) {
                batches.add(List.copyOf(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(file);
            bytes += size;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }

    private List<JsonNode> send(List<Path> files) {
        var reply = api.postFiles(IMPORT + query, files);
        var results = reply.json().path("results");
        if (reply.status() == 413 && files.size() == 1) {
            var result = Lines.JSON.createObjectNode().put("status", "refused");
            result.set("problem", reply.json());
            return List.of(result);
        }
        if (reply.status() != 200 || results.size() != files.size()) {
            throw new FailedException("the server says: " + reply.detail());
        }
        return results.valueStream().toList();
    }

    private void take(Sent sent) throws IOException, InterruptedException {
        var results = results(sent.results());
        for (int i = 0; i < results.size(); i++) {
            take(sent.files().get(i), (ObjectNode) results.get(i));
        }
        counter.show(created + duplicates + valid + refused);
    }

    private void take(Path file, ObjectNode result) throws IOException {
        String status = result.path("status").asString("");
        switch (status) {
            case "created" -> created++;
            case "duplicate" -> duplicates++;
            case "valid" -> valid++;
            default -> refused++;
        }
        result.put("file", file.toString());
        if (report != null) {
            report.write((Lines.JSON.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        out.println(printable(file + ": " + status + told(result)));
        for (var warning : result.path("warnings")) {
            out.println(printable("  " + warning.asString("")));
        }
        for (var asset : result.path("assets")) {
            if (asset.path("status").asString("").equals("dropped")) {
                out.println(printable("  " + asset.path("uri").asString("") + " is missing: "
                        + asset.path("reason").asString("")));
            }
        }
        out.flush();
    }

    private static String told(JsonNode result) {
        if (result.has("problem")) {
            return ", " + result.path("problem").path("detail").asString("");
        }
        int kept = result.path("kept").size();
        return ", " + result.path("name").asString("") + " ("
                + result.path("container").asString("")
                + (result.path("spec").asString("").isEmpty()
                        ? ""
                        : ", " + result.path("spec").asString("")) + ")"
                + (result.has("id") ? ", persona " + result.path("id").asString("") : "")
                + (result.has("duplicate_of")
                        ? " of persona " + result.path("duplicate_of").asString("")
                        : "")
                + (kept == 0 ? "" : ", " + kept + " unknown " + (kept == 1 ? "member" : "members") + " kept");
    }

    /// What a card says may be anything, and a terminal obeys some of it.
    private static String printable(String text) {
        var printable = new StringBuilder();
        text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }

    /// How many files could not be imported.
    long refused() {
        return refused;
    }

    String summary() {
        var parts = new ArrayList<String>();
        if (valid > 0) {
            parts.add(String.format(Locale.ROOT, "could be imported %,d", valid));
        } else {
            parts.add(String.format(Locale.ROOT, "created %,d", created));
        }
        parts.addAll(Arrays.asList(
                String.format(Locale.ROOT, "already there %,d", duplicates),
                String.format(Locale.ROOT, "not imported %,d", refused)));
        return "Cards: " + String.join(", ", parts);
    }
}
