package dev.mien.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @TempDir
    Path directory;

    @Test
    void keys_all_haveADefaultThatCanBeReadAndADescription() {
        var config = Settings.of(Map.of(), Map.of(), null).toConfig();

        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.data()).isEqualTo(Path.of("mien-data"));
        assertThat(config.commit().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(Settings.keys())
                .isNotEmpty()
                .allSatisfy(key -> assertThat(key.description()).isNotBlank());
    }

    @Test
    void keys_oneSetting_hasThreeSpellings() {
        var key = Settings.keys().stream()
                .filter(each -> each.key().equals("commit.maximum-edits"))
                .findFirst();

        assertThat(key).hasValueSatisfying(found -> {
            assertThat(found.flag()).isEqualTo("--commit-maximum-edits");
            assertThat(found.variable()).isEqualTo("MIEN_COMMIT_MAXIMUM_EDITS");
        });
    }

    @Test
    void of_eachPlace_isRead() throws IOException {
        var file = file("commit.maximum-edits = 7\n");
        var environment = Map.of("MIEN_HTTP_MAXIMUM_BODY_BYTES", "8", "PATH", "/bin");
        var flags = Map.of("worker.hang-timeout", "9s");

        var config = Settings.of(flags, environment, file).toConfig();

        assertThat(config.commit().maximumEdits()).isEqualTo(7);
        assertThat(config.http().maximumBodyBytes()).isEqualTo(8);
        assertThat(config.worker().hangTimeout()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void of_severalPlaces_flagBeatsVariableBeatsFile() throws IOException {
        var file = file("port=1\nworkers=1\ncommit.maximum-edits=1\n");
        var environment = Map.of("MIEN_PORT", "2", "MIEN_WORKERS", "2");
        var flags = Map.of("port", "3");

        var config = Settings.of(flags, environment, file).toConfig();

        assertThat(config.port()).isEqualTo(3);
        assertThat(config.workers()).isEqualTo(2);
        assertThat(config.commit().maximumEdits()).isEqualTo(1);
    }

    @Test
    void of_unknownKeyInTheFile_isRefusedByName() throws IOException {
        var file = file("prot=8080\n");

        assertThatThrownBy(() -> Settings.of(Map.of(), Map.of(), file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'prot'")
                .hasMessageContaining("port");
    }

    @Test
    void of_fileThatIsNotThere_isRefusedByName() {
        assertThatThrownBy(() -> Settings.of(Map.of(), Map.of(), directory.resolve("none.properties")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.properties");
    }

    @ParameterizedTest
    @CsvSource({
        "port, http, --port: 'http' is no whole number",
        "port, 65536, --port: 65536 is not between 0 and 65535",
        "port, -1, --port: -1 is not between 0 and 65535",
        "workers, 0, --workers: 0 is not between 1 and 64",
        "workers, 65, --workers: 65 is not between 1 and 64",
        "read-only, yes, --read-only: 'yes' is no true or false",
        "commit.timeout, 10, '--commit-timeout: ''10'' is no duration; write it like 500ms, 10s, 2m or 1h'",
        "commit.timeout, 10 s, '--commit-timeout: ''10 s'' is no duration; write it like 500ms, 10s, 2m or 1h'",
        "commit.timeout, 1d, '--commit-timeout: ''1d'' is no duration; write it like 500ms, 10s, 2m or 1h'",
        "commit.timeout, soon, '--commit-timeout: ''soon'' is no duration; write it like 500ms, 10s, 2m or 1h'",
        "commit.timeout, 0s, commit.* settings must be positive",
        "commit.maximum-edits, 0, commit.* settings must be positive",
        "cache.enabled, on, --cache-enabled: 'on' is no true or false",
        "cache.maximum-bytes, 0, cache.* settings must be positive",
        "cache.maximum-entries, 0, cache.* settings must be positive",
        "cache.check-timeout, 0s, cache.* settings must be positive",
        "cache.check-timeout, 24h, --cache-check-timeout must be under a day",
        "cache.maximum-bytes, 99999999999999, --cache-maximum-bytes must be under 2 GiB for each of the entries",
        "http.maximum-body-bytes, 0, --http-maximum-body-bytes must be positive",
        "database, mysql://x, '--database: an address begins with jdbc:postgresql://'",
        "replica, mysql://x, '--replica: an address begins with jdbc:postgresql://'",
        "replica, jdbc:postgresql://x/mien, '--replica: a standby of what? Add --database'",
        "postgres.connections, 0, --postgres-connections: 0 is not between 1 and 100",
        "worker.hang-timeout, 999ms, --worker-hang-timeout must be at least 1s"
    })
    void toConfig_wrongValue_isRefusedInOneSentence(String key, String value, String message) {
        var settings = Settings.of(Map.of(key, value), Map.of(), null);

        assertThatThrownBy(settings::toConfig)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"1500ms, 1500", "2s, 2000", "3m, 180000", "1h, 3600000", "' 2s ', 2000"})
    void toConfig_duration_isReadWithItsUnit(String text, long milliseconds) {
        var config = Settings.of(Map.of("commit.timeout", text), Map.of(), null).toConfig();

        assertThat(config.commit().timeout()).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0", "192.0.2.1", "'::'"})
    void toConfig_hostThatOthersReach_needsAllowRemote(String host) {
        var refused = Settings.of(Map.of("host", host), Map.of(), null);
        var allowed = Settings.of(Map.of("host", host, "allow-remote", "true"), Map.of(), null);

        assertThatThrownBy(refused::toConfig)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--allow-remote");
        assertThat(allowed.toConfig().host()).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "127.1.2.3", "localhost", "'::1'"})
    void toConfig_hostThatOnlyThisMachineReaches_isAccepted(String host) {
        var config = Settings.of(Map.of("host", host), Map.of(), null).toConfig();

        assertThat(config.host()).isEqualTo(host);
    }

    @Test
    void changed_someSettings_namesOnlyThem() {
        var settings = Settings.of(Map.of("port", "9000", "workers", "1"), Map.of(), null);

        assertThat(settings.changed()).containsExactly(Map.entry("port", "9000"));
    }

    @Test
    void changed_secrets_areNotInIt() {
        var settings = Settings.of(
                Map.of(
                        "database", "jdbc:postgresql://db.example/mien?user=mien&password=hush",
                        "postgres.password", "hush"),
                Map.of(),
                null);

        assertThat(settings.changed())
                .containsEntry("database", "jdbc:postgresql://db.example/mien")
                .containsEntry("postgres.password", "(secret)");
        assertThat(settings.toConfig().place()).isEqualTo("jdbc:postgresql://db.example/mien");
        assertThat(settings.toConfig().postgres().toString()).doesNotContain("hush");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("mien.properties"), text);
    }
}
