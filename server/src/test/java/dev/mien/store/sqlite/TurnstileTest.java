package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnstileTest {
    @TempDir
    Path directory;

    @Test
    void enter_whileAnotherOfTheSameProcessHasItsTurn_goesOnWithoutOne() throws Exception {
        try (var first = new Turnstile(directory);
                var second = new Turnstile(directory)) {
            first.enter();

            assertThatCode(second::enter).doesNotThrowAnyException();
            second.leave();
            first.leave();
            second.enter();
            assertThatCode(first::enter).doesNotThrowAnyException();
        }
    }
}
