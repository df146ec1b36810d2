package dev.mien.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mien.api.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\":}",
                "{\"a\":1",
                "{a:1}",
                "{'a':1}",
                "[1,]",
                "{\"a\":1,}",
                "nul",
                "01",
                "+1",
                ".5",
                "NaN",
                "\"a\nb\"",
                "\"\\x\"",
                "// c\n1",
                "{\"a\" 1}",
                "\"\\ud8\"",
                "{\"\\ud800\":1}",
                "\ufeff{}"
            })
    void parse_malformed_isRefusedWithoutInternals(String body) {
        var refusal = refusalOf(body.getBytes(StandardCharsets.UTF_8));

        assertThat(refusal.problem().type()).isEqualTo(ProblemType.MALFORMED_BODY.uri());
        assertThat(refusal.problem().detail())
                .startsWith("The body is not well-formed JSON: ")
                .doesNotContain("jackson", "Exception", "StreamReadFeature", "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"b\":{\"a\":1,\"c\":0,\"a\":2}}"})
    void parse_duplicateKeys_isRefused(String body) {
        var refusal = refusalOf(body.getBytes(StandardCharsets.UTF_8));

        assertThat(refusal.problem().type()).isEqualTo(ProblemType.MALFORMED_BODY.uri());
        assertThat(refusal.problem().detail()).containsIgnoringCase("duplicate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{} {}", "{}x", "1 2", "{}]", "{},"})
    void parse_somethingBehindTheEnd_isRefused(String body) {
        var refusal = refusalOf(body.getBytes(StandardCharsets.UTF_8));

        assertThat(refusal.problem().type()).isEqualTo(ProblemType.MALFORMED_BODY.uri());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\r\n\t "})
    void parse_empty_isRefused(String body) {
        var refusal = refusalOf(body.getBytes(StandardCharsets.UTF_8));

        assertThat(refusal.problem().detail()).isEqualTo("The body is empty.");
    }

    @ParameterizedTest
    @CsvSource({
        "ff, a byte that is never UTF-8",
        "c3, cut off",
        "80, a continuation alone",
        "c0af, overlong",
        "e080af, overlong in three bytes",
        "eda080, a surrogate (CESU-8)",
        "eda0bdedb2a9, a pair of surrogates (CESU-8)",
        "f4908080, above U+10FFFF"
    })
    void parse_invalidUtf8_isRefused(String hex, String why) {
        var bytes = HexFormat.of().parseHex("22" + hex + "22");

        var refusal = refusalOf(bytes);

        assertThat(refusal.problem().detail()).as(why).isEqualTo("The body is not valid UTF-8.");
    }

    @Test
    void parse_asDeepAsAllowed_isRead() {
        String body = "[".repeat(Json.MAXIMUM_DEPTH) + "]".repeat(Json.MAXIMUM_DEPTH);

        var parsed = Json.parse(body.getBytes(StandardCharsets.UTF_8));

        assertThat(Json.write(parsed)).asString().isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {Json.MAXIMUM_DEPTH + 1, 1_000_000})
    void parse_deeper_isRefused(int depth) {
        var refusal = refusalOf("[".repeat(depth).getBytes(StandardCharsets.UTF_8));

        assertThat(refusal.problem().detail()).isEqualTo("The body is nested more than 100 levels deep.");
    }

    @ParameterizedTest
    @CsvSource({
        "1.50, 1.50",
        "1E400, 1E+400",
        "0.10000000000000000000000000001, 0.10000000000000000000000000001",
        "12345678901234567890123456789, 12345678901234567890123456789",
        "9007199254740993, 9007199254740993",
        "-1, -1"
    })
    void parse_number_keepsItsExactValue(String number, String written) {
        var parsed = Json.parse(number.getBytes(StandardCharsets.UTF_8));

        assertThat(Json.write(parsed)).asString().isEqualTo(written);
    }

    @Test
    void parse_numberOfThousandsOfDigits_isRefused() {
        var body = "9".repeat(5000).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Json.parse(body))
                .isInstanceOf(ProblemException.class)
                .hasMessage("A number or name in the body is too long.");
    }

    private static ProblemException refusalOf(byte[] body) {
        return catchThrowableOfType(ProblemException.class, () -> Json.parse(body));
    }
}
