package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EditProbeTest {
    private static final Ids IDS = new Ids();

    static {
        IDS.addAll(List.of("01a210d0-dcff-782f-86fd-67c1b4d4efdc"));
    }

    private HttpServer server;
    private volatile String stored = "{}";
    private volatile String before = "{}";
    private volatile boolean oldAnswers;
    private volatile boolean oldReads;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean edit = exchange.getRequestMethod().equals("PATCH");
            if (edit) {
                before = stored;
                stored = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            }
            byte[] body = ((edit ? oldAnswers : oldReads) ? before : stored).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Test
    void of_freshServer_findsNothing() throws IOException {
        assertThat(EditProbe.of(server.getAddress(), IDS, 10)).isEqualTo(new EditProbe(10, 0, 0));
    }

    @Test
    void of_answersWithWhatWasBefore_countsAnswers() throws IOException {
        oldAnswers = true;

        assertThat(EditProbe.of(server.getAddress(), IDS, 10)).isEqualTo(new EditProbe(10, 10, 0));
    }

    @Test
    void of_readsLagBehind_countsReads() throws IOException {
        oldReads = true;

        assertThat(EditProbe.of(server.getAddress(), IDS, 10)).isEqualTo(new EditProbe(10, 0, 10));
    }
}
