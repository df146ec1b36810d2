package dev.mien.webhook;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One attempt to tell one target of one event: a POST on a connection of its own.
///
/// Written on a socket and not with an HTTP client, because it has to connect to the very address that was checked,
/// follow no redirect, use no proxy, and take no more of an answer than its first line.
final class Delivery {
    private static final int MOST_OF_A_LINE = 1_000;

    private final WebhookConfig config;

    Delivery(WebhookConfig config) {
        this.config = config;
    }

    /// @return why it was not taken; null if it was
    @Nullable String attempt(Webhook webhook, String eventId, byte[] body) {
        var socket = new AtomicReference<@Nullable Socket>();
        var answer = new CompletableFuture<String>();
        var thread = Thread.ofVirtual().name("mien-delivery").start(() -> {
            try {
                answer.complete(post(webhook, eventId, body, socket));
            } catch (IOException | IllegalArgumentException e) {
                answer.complete(e.getClass().getSimpleName() + ": " + e.getMessage());
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        String line;
        try {
            line = answer.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            line = "interrupted";
        } catch (java.util.concurrent.TimeoutException e) {
            line = "no answer within " + config.timeout().toMillis() + " ms";
        } catch (java.util.concurrent.ExecutionException e) {
            line = String.valueOf(e.getCause());
        } finally {
            closeQuietly(socket.get());
            thread.interrupt();
        }
        return line.matches("HTTP/1\\.[01] 2\\d\\d.*") ? null : line;
    }

    /// The first line of the answer.
    private String post(Webhook webhook, String eventId, byte[] body, AtomicReference<@Nullable Socket> opened)
            throws IOException {
        var uri = Targets.parse(webhook.url());
        var address = Targets.resolve(uri, config.allowPrivate());
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        try (var plain = new Socket()) {
            opened.set(plain);
            plain.setSoTimeout((int) config.timeout().toMillis());
            plain.connect(
                    new InetSocketAddress(address, port), (int) config.timeout().toMillis());
            var socket = secure ? secured(plain, uri.getHost(), port) : plain;
            opened.set(socket);
            long timestamp = Instant.now().getEpochSecond();
            String head = "POST " + target(uri) + " HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                    + "\r\nUser-Agent: Mien\r\nConnection: close\r\nMien-Webhook-Id: " + eventId
                    + "\r\nMien-Webhook-Timestamp: " + timestamp
                    + "\r\nMien-Webhook-Signature: " + Signature.of(webhook.secret(), eventId, timestamp, body)
                    + "\r\n\r\n";
            var out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            return firstLine(socket);
        }
    }

    private static SSLSocket secured(Socket plain, String host, int port) throws IOException {
        var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        var socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // The certificate has to be the name's.
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String target(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static String firstLine(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\r' && c != '\n' && line.length() < MOST_OF_A_LINE; c = in.read()) {
            line.append(c >= ' ' && c <= '~' ? (char) c : '?');
        }
        if (line.isEmpty()) {
            throw new IOException("the connection ended without an answer");
        }
        return line.toString();
    }

    private static void closeQuietly(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // It was of no more use.
        }
    }

    /// The wait after an attempt failed.
    ///
    /// @param attempt 1 for the first
    Duration delayAfter(int attempt) {
        var longest = Duration.ofMinutes(10);
        var delay = config.firstDelay().multipliedBy(1L << Math.min(attempt - 1, 20));
        return delay.compareTo(longest) < 0 ? delay : longest;
    }
}
