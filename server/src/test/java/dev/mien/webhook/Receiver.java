package dev.mien.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Takes deliveries, or fails, or never answers, as a test wants it.
final class Receiver implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    /// As a status: no answer at all.
    static final int HANG = -1;

    /// @param status what was answered
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Taken(String id, String timestamp, String signature, byte[] body, JsonNode json, int status) {
        String subject() {
            return json.get("id").stringValue();
        }

        long revision() {
            return json.get("revision").longValue();
        }
    }

    final List<Taken> all = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile IntUnaryOperator status = attempt -> 204;

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook?x=1";
    }

    /// @param answer the status by the number of the request, from 0
    void answers(IntUnaryOperator answer) {
        status = answer;
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        var headers = exchange.getRequestHeaders();
        int answer;
        synchronized (this) {
            answer = status.applyAsInt(all.size());
            all.add(new Taken(
                    headers.getFirst("Mien-Webhook-Id"),
                    headers.getFirst("Mien-Webhook-Timestamp"),
                    headers.getFirst("Mien-Webhook-Signature"),
                    body,
                    JSON.readTree(body),
                    answer));
        }
        if (answer == HANG) {
            return;
        }
        if (answer == 302) {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
        }
        exchange.sendResponseHeaders(answer, -1);
        exchange.close();
    }

    List<Taken> taken() {
        return all.stream().filter(one -> one.status() / 100 == 2).toList();
    }

    static String sign(String secret, Taken taken) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        mac.update((taken.id() + "." + taken.timestamp() + ".").getBytes(StandardCharsets.UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(taken.body()));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
