package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final Requests GET = Requests.always(Requests.get("/"));

    private final AtomicInteger answered = new AtomicInteger();
    private volatile String answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    private volatile long pauseMillis;
    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    var client = listener.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    /// Sends each answer in two parts, the first of which ends within the head. Pauses before the first answer.
    private void serve(Socket client) {
        try (client;
                var in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            client.setTcpNoDelay(true);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isEmpty()) {
                    continue;
                }
                if (answered.getAndIncrement() == 0) {
                    Thread.sleep(pauseMillis);
                }
                byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
                client.getOutputStream().write(bytes, 0, 25);
                client.getOutputStream().flush();
                client.getOutputStream().write(bytes, 25, bytes.length - 25);
            }
        } catch (IOException | InterruptedException gone) {
            // The test has ended.
        }
    }

    private Connections connections(int count) throws IOException {
        return new Connections(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()), count);
    }

    @Test
    void closedLoop_answersInParts_countsEachOnce() throws IOException {
        try (var connections = connections(3)) {
            var result = connections.closedLoop(GET, 200, TimeUnit.MILLISECONDS.toNanos(50));

            assertThat(result.count()).isEqualTo(answered.get());
            assertThat(result.failures()).isZero();
        }
    }

    @Test
    void closedLoop_otherStatus_countsFailures() throws IOException {
        answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        try (var connections = connections(1)) {
            var result = connections.closedLoop(GET, 200, TimeUnit.MILLISECONDS.toNanos(20));

            assertThat(result.failures()).isPositive().isEqualTo(result.count());
        }
    }

    /// A request that is due while the server pauses is late by the rest of the pause, although it was sent after it.
    @Test
    void openLoop_serverPauses_countsWhatWasDueMeanwhile() throws IOException, InterruptedException {
        pauseMillis = 300;
        try (var connections = connections(1)) {
            var result = connections.openLoop(GET, 200, 1_000, TimeUnit.MILLISECONDS.toNanos(400));

            assertThat(result.count()).isEqualTo(400);
            long late = result.latency()
                    .getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(99), TimeUnit.MINUTES.toNanos(1));
            assertThat(late).isGreaterThanOrEqualTo(199);
        }
    }
}
