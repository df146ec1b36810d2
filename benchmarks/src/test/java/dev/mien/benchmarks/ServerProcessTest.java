package dev.mien.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ServerProcessTest {
    private static ProcessBuilder shell(String script) {
        return new ProcessBuilder("/bin/sh", "-c", script);
    }

    @Test
    void address_otherLinesBefore_isThatOfTheLineWithIt() throws IOException {
        try (var server =
                new ServerProcess(shell("echo hello; echo 'Peer serves http://127.0.0.1:4711'; exec sleep 60"))) {
            assertThat(server.address().getPort()).isEqualTo(4711);
            assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
        }
    }

    @Test
    void close_running_endsTheProcess() throws IOException {
        var server = new ServerProcess(shell("echo 'Peer serves http://127.0.0.1:4711'; exec sleep 60"));

        server.close();

        assertThat(ProcessHandle.of(server.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void start_endsWithoutAddress_fails() {
        assertThatThrownBy(() -> new ServerProcess(shell("echo no such table"))).isInstanceOf(IOException.class);
    }
}
