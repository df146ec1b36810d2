package dev.mien.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.Mien;
import dev.mien.api.MienClient;
import dev.mien.api.MienException;
import dev.mien.config.ServerConfig;
import dev.mien.config.Settings;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two workers as on two machines, and clients of theirs.
@Timeout(120)
class MienOnPostgresIT {
    @Test
    void edit_throughOneMachine_isReadThroughTheOtherAtOnce() {
        String url = PostgresServer.newDatabase();
        try (var first = new Mien(config(url), 1);
                var second = new Mien(config(url), 2)) {
            first.start();
            second.start();
            try (var here = client(first);
                    var there = client(second)) {
                var user = here.users().create(Map.of("username", "hamlet")).body();
                String id = here.personas()
                        .create(Map.of("name", "Hamlet", "owner_id", user.id(), "tags", java.util.List.of("prince")))
                        .body()
                        .id();
                for (int i = 0; i < 50; i++) {
                    here.personas().patch(id, Map.of("greeting", "Words " + i));
                    assertThat(there.personas().get(id).body().greeting()).isEqualTo("Words " + i);
                }
                assertThat(there.personas().list(Map.of("tag", "prince")).body().items())
                        .hasSize(1);
                assertThat(there.personas()
                                .list(Map.of("q", "\"words 49\" haml", "label", "latest", "fields", "summary"))
                                .body()
                                .items())
                        .hasSize(1);
                assertThatThrownBy(() -> there.users().create(Map.of("username", "Hamlet")))
                        .isInstanceOf(MienException.class);
                assertThatThrownBy(() -> there.personas().get("%00")).isInstanceOf(MienException.class);
            }
        }
    }

    private static ServerConfig config(String url) {
        return Settings.of(Map.of("port", "0", "database", url), Map.of(), null).toConfig();
    }

    private static MienClient client(Mien mien) {
        return new MienClient(URI.create("http://127.0.0.1:" + mien.port()));
    }
}
