package dev.mien.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.http.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class MergePatchTest {

    /// RFC 7396, appendix A.
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            {"a":"b"}             ; {"a":"c"}                   ; {"a":"c"}
            {"a":"b"}             ; {"b":"c"}                   ; {"a":"b","b":"c"}
            {"a":"b"}             ; {"a":null}                  ; {}
            {"a":"b","b":"c"}     ; {"a":null}                  ; {"b":"c"}
            {"a":["b"]}           ; {"a":"c"}                   ; {"a":"c"}
            {"a":"c"}             ; {"a":["b"]}                 ; {"a":["b"]}
            {"a":{"b":"c"}}       ; {"a":{"b":"d","c":null}}    ; {"a":{"b":"d"}}
            {"a":[{"b":"c"}]}     ; {"a":[1]}                   ; {"a":[1]}
            ["a","b"]             ; ["c","d"]                   ; ["c","d"]
            {"a":"b"}             ; ["c"]                       ; ["c"]
            {"a":"foo"}           ; null                        ; null
            {"a":"foo"}           ; "bar"                       ; "bar"
            {"e":null}            ; {"a":1}                     ; {"e":null,"a":1}
            [1,2]                 ; {"a":"b","c":null}          ; {"a":"b"}
            {}                    ; {"a":{"bb":{"ccc":null}}}   ; {"a":{"bb":{}}}
            """)
    void apply_exampleOfTheRfc_givesItsResult(String target, String patch, String result) {
        var patched = MergePatch.apply(json(target), json(patch));

        assertThat(patched).isEqualTo(json(result));
    }

    @Test
    void apply_anyPatch_changesNeitherArgument() {
        var target = json("{\"a\":{\"b\":1},\"c\":[1]}");
        var patch = json("{\"a\":{\"b\":null,\"d\":{}},\"c\":2}");

        var patched = MergePatch.apply(target, patch);

        assertThat(patched).isEqualTo(json("{\"a\":{\"d\":{}},\"c\":2}"));
        assertThat(target).isEqualTo(json("{\"a\":{\"b\":1},\"c\":[1]}"));
        assertThat(patch).isEqualTo(json("{\"a\":{\"b\":null,\"d\":{}},\"c\":2}"));
    }

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
