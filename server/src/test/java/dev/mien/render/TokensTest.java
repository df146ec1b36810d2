package dev.mien.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The estimate beside a tokenizer whose tables are public.
class TokensTest {
    private static final Encoding REAL = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

    @Test
    void estimate_ofThePersonasInSamples_isWithinATenth() throws IOException {
        int estimated = 0;
        int real = 0;
        for (String text : samples()) {
            int count = REAL.countTokensOrdinary(text);
            estimated += Tokens.estimate(text);
            real += count;
            if (count > 50) {
                assertThat(Tokens.estimate(text) / (double) count).as(text).isBetween(0.8, 1.25);
            }
        }

        assertThat(estimated / (double) real).isBetween(0.95, 1.1);
    }

    @Test
    void estimate_ofOtherScripts_isNotFarOff() {
        for (String text : List.of(
                "Ophelia ist nicht zerbrechlich, sondern in die Enge getrieben, und sie kennt den Unterschied sehr genau.",
                "Elle remarque tout, et on lui a appris à ne rien en dire, sauf à son père, qui écoute derrière le rideau.",
                "Она замечает всё, и её научили ничего не рассказывать никому, кроме отца, который стоит за занавесом.",
                "她注意到一切，却被教导除了父亲以外什么都不要说，而父亲总是站在帘子后面听着。",
                "彼女はすべてに気づいているが、父以外には何も話さないように教えられてきた。",
                "그녀는 모든 것을 알아차리지만 아버지 외에는 아무에게도 말하지 말라고 배웠다.",
                "{\"name\": \"Ophelia\", \"age\": 19, \"loyalties\": [\"her father\", \"Laertes\"]}",
                "# Title\n\n- one\n- two\n\n```\nint x = 42;\nreturn x * 1000000;\n```\n")) {
            assertThat(Tokens.estimate(text) / (double) REAL.countTokensOrdinary(text))
                    .as(text)
                    .isBetween(0.7, 1.6);
        }
    }

    @Test
    void estimate_ofOddTexts_isANumber() {
        assertThat(Tokens.estimate("")).isZero();
        assertThat(Tokens.estimate("a")).isEqualTo(1);
        assertThat(Tokens.estimate("\ud800 \udfff😀\u0301")).isPositive();
        assertThat(Tokens.estimate(" ".repeat(1_000_000))).isBetween(1_000, 100_000);
        assertThat(Tokens.estimate("x".repeat(1_000_000))).isBetween(100_000, 500_000);
    }

    private static List<String> samples() throws IOException {
        var texts = new ArrayList<String>();
        try (var files = Files.list(Path.of("..", "samples", "personas"))) {
            for (var file : files.toList()) {
                for (JsonNode member : new JsonMapper().readTree(Files.readAllBytes(file))) {
                    if (member.isString()) {
                        texts.add(member.stringValue());
                    }
                }
            }
        }
        return texts;
    }
}
