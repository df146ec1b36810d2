package dev.mien.webhook;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/// A [Receiver] for tests of other packages.
public final class WebhookKills implements AutoCloseable {
    private final Receiver receiver = new Receiver();

    public WebhookKills() throws IOException {}

    public String url() {
        return receiver.url();
    }

    public void await(int events) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> versionsInTheOrderOfTheirFirst().size() >= events);
    }

    public List<Long> versionsInTheOrderOfTheirFirst() {
        return receiver.taken().stream()
                .map(taken -> taken.json().get("version").longValue())
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        receiver.close();
    }
}
