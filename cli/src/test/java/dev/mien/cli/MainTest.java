package dev.mien.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String line) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve --bogus",
                "bogus",
                "serve --port",
                "serve --port=x",
                "serve --port=70000",
                "serve --workers=0",
                "serve --commit-timeout=10",
                "serve --host=192.0.2.1",
                "serve --config=/does/not/exist",
                "demo --rounds=x",
                "demo --rounds=0",
                "verify --seconds=0",
                "verify --clients=0",
                "verify --keys=1",
                "verify --write-share=1",
                "verify --workers=0",
                "verify --faults=earthquake",
                "verify --faults=kill --url=http://127.0.0.1:1",
                "verify --faults=network",
                "verify --postgres --workers=1",
                "verify --postgres --workers=5",
                "verify --postgres --url=http://127.0.0.1:1",
                "verify --url=ftp://127.0.0.1",
                "verify --history=/does/not/exist",
                "verify --check=/does/not/exist",
                "copy",
                "copy --from=a",
                "copy --from=a --to=sqlite:a",
                "copy --from=a --to=jdbc:mysql://127.0.0.1/mien",
                "copy --from=postgresql://127.0.0.1/mien --to=a",
                "copy --from=sqlite: --to=a",
                "copy --from=a --to=b --bogus",
                "export --filter=name=x",
                "export --url=ftp://127.0.0.1",
                "export --url=http://127.0.0.1:1 --data=x",
                "import",
                "import --bogus -"
            })
    void execute_wrongCommandLine_saysSoInOneLineAndExitsWith2(String line) {
        int status = run(line);

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("mien: ")
                .contains("--help");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "serve --help",
                "demo --help",
                "verify --help",
                "copy --help",
                "export --help",
                "import --help"
            })
    void execute_help_explainsItself(String line) {
        int status = run(line);

        assertThat(status).isZero();
        assertThat(out.toString()).contains("Usage: mien");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void execute_serveHelp_namesEverySettingWithItsDefault() {
        run("serve --help");

        String help = out.toString().replaceAll("\\s+", " ");
        assertThat(Settings.keys())
                .allSatisfy(key -> assertThat(help)
                        .contains(key.flag())
                        .contains("(default: " + (key.byDefault().isEmpty() ? "none" : key.byDefault()) + ")"));
    }

    @Test
    void load_samples_hasACastOfAtLeastTwelve() {
        var samples = Samples.load();

        assertThat(samples.personas())
                .hasSizeGreaterThanOrEqualTo(12)
                .allSatisfy(persona ->
                        assertThat(persona.get("system_prompt").asString()).isNotBlank());
        assertThat(samples.users()).isNotEmpty();
    }
}
