package dev.mien.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.api.Violation;
import dev.mien.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SchemaTest {
    private static final Schema SCHEMA = new Schema(
            Field.text("name", "").asRequired().atMost(10),
            Field.text("code", "")
                    .normalizedBy(text -> text.toLowerCase(Locale.ROOT))
                    .matching(Pattern.compile("[a-z]*"), "must be letters"),
            Field.textOrNull("owner", ""),
            Field.texts("tags", "").atMost(3),
            Field.object("attributes", ""),
            Field.objectOrNull("book", ""),
            Field.flag("is_active", true, ""));

    @Test
    void check_onlyWhatIsRequired_fillsInTheDefaultsInOrder() {
        var checked = check("{\"name\":\"Ophelia\"}");

        assertThat(checked.violations()).isEmpty();
        assertThat(text(checked.body()))
                .isEqualTo(
                        "{\"name\":\"Ophelia\",\"code\":\"\",\"owner\":null,\"tags\":[],\"attributes\":{},\"book\":null,"
                                + "\"is_active\":true}");
    }

    @Test
    void check_nulls_areTheDefaults() {
        var checked =
                check("{\"is_active\":null,\"tags\":null,\"attributes\":null,\"code\":null,\"name\":\"Ophelia\"}");

        assertThat(checked.violations()).isEmpty();
        assertThat(checked.body()).isEqualTo(check("{\"name\":\"Ophelia\"}").body());
    }

    @Test
    void check_everyMember_isKeptAsGiven() {
        String given = "{\"name\":\"Ophelia\",\"code\":\"abc\",\"owner\":\"u\",\"tags\":[\"b\",\"a\"],"
                + "\"attributes\":{\"z\":1.50,\"a\":[null,{}]},\"book\":{},\"is_active\":false}";

        var checked = check(given);

        assertThat(checked.violations()).isEmpty();
        assertThat(text(checked.body())).isEqualTo(given);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                          | /name       | is required
            {"name":null}                               | /name       | is required
            {"name":" \\t\\u2003"}                      | /name       | must not be blank
            {"name":"12345678901"}                      | /name       | is 11 characters long; at most 10 are allowed
            {"name":7}                                  | /name       | must be text
            {"name":"a","owner":false}                  | /owner      | must be text or null
            {"name":"a","tags":"b"}                     | /tags       | must be a list of texts
            {"name":"a","tags":["b",1]}                 | /tags/1     | must be text
            {"name":"a","tags":["b",null]}              | /tags/1     | must be text
            {"name":"a","tags":["a","b","c","d"]}       | /tags       | has 4 entries; at most 3 are allowed
            {"name":"a","attributes":[]}                | /attributes | must be an object
            {"name":"a","book":"b"}                     | /book       | must be an object or null
            {"name":"a","is_active":"true"}             | /is_active  | must be true or false
            {"name":"a","code":"a1"}                    | /code       | must be letters
            {"name":"a","a~b/c":1}                      | /a~0b~1c    | is not a member that this server knows
            []                                          | ''          | must be an object
            "text"                                      | ''          | must be an object
            null                                        | ''          | must be an object
            """)
    void check_oneFault_isSaidWithItsPointer(String given, String pointer, String detail) {
        var checked = check(given);

        assertThat(checked.violations()).containsExactly(new Violation(pointer, detail));
    }

    @Test
    void check_severalFaults_areAllSaid() {
        var checked = check("{\"surname\":1,\"tags\":[1,2],\"is_active\":0,\"version\":1}");

        assertThat(checked.violations())
                .extracting(Violation::pointer)
                .containsExactly("/surname", "/version", "/name", "/tags/0", "/tags/1", "/is_active");
    }

    @Test
    void check_thousandsOfFaults_areCutOff() {
        var given = new StringBuilder("{");
        for (int i = 0; i < 5000; i++) {
            given.append("\"x").append(i).append("\":0,");
        }

        var checked = check(given.append("\"name\":\"a\"}").toString());

        assertThat(checked.violations()).hasSizeBetween(10, 100);
    }

    @Test
    void check_textThatIsNormalized_isStoredSo() {
        var checked = check("{\"name\":\"a\",\"code\":\"ABC\"}");

        assertThat(checked.violations()).isEmpty();
        assertThat(checked.body().get("code").stringValue()).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":"a\\u0000b"}                                  | /name
            {"name":"a","tags":["a","\\u0000"]}                   | /tags/1
            {"name":"a","attributes":{"b":[{"c":"\\u0000"}]}}     | /attributes/b/0/c
            {"name":"a","attributes":{"b\\u0000":1}}              | /attributes/b\ufffd
            """)
    void check_nulAtAnyDepth_isRefused(String given, String pointer) {
        var checked = check(given);

        assertThat(checked.violations()).containsExactly(new Violation(pointer, "holds a NUL character (U+0000)"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":"\\ud800"}                                | /name
            {"name":"\\udc00\\ud800"}                         | /name
            {"name":"a\\ud83d"}                               | /name
            {"name":"a","attributes":{"b":["\\udfff"]}}       | /attributes/b/0
            """)
    void check_halfASurrogatePairAtAnyDepth_isRefused(String given, String pointer) {
        var checked = check(given);

        assertThat(checked.violations())
                .containsExactly(new Violation(pointer, "holds half of a surrogate pair, which is no character"));
    }

    @Test
    void check_halfASurrogatePairInAName_isRefused() {
        var given = object("{\"name\":\"a\"}");
        given.putObject("attributes").put("b\ud800", 1);

        var checked = SCHEMA.check(given, null);

        assertThat(checked.violations())
                .containsExactly(
                        new Violation("/attributes/b\ufffd", "holds half of a surrogate pair, which is no character"));
    }

    @Test
    void check_characterOutsideTheBasicPlane_isText() {
        var checked = check("{\"name\":\"\\ud83d\\udc51 \uD83D\uDC51\"}");

        assertThat(checked.violations()).isEmpty();
        assertThat(checked.body().get("name").stringValue()).isEqualTo("\uD83D\uDC51 \uD83D\uDC51");
    }

    @Test
    void check_membersThatTheServerKeepsSentBackUnchanged_areAccepted() {
        var current = object("{\"id\":\"i\",\"name\":\"a\",\"version\":3,\"revision\":9,\"created_at\":\"c\","
                + "\"updated_at\":\"u\"}");

        var checked = SCHEMA.check(current, current);

        assertThat(checked.violations()).isEmpty();
        assertThat(Schema.KEPT_BY_SERVER)
                .allSatisfy(name -> assertThat(checked.body().has(name)).isFalse());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":"a","id":"j"}           | /id
            {"name":"a","version":4}        | /version
            {"name":"a","version":"3"}      | /version
            {"name":"a","version":3.0}      | /version
            {"name":"a","revision":8}       | /revision
            {"name":"a","created_at":null}  | /created_at
            {"name":"a","updated_at":"v"}   | /updated_at
            """)
    void check_memberThatTheServerKeepsWithAnotherValue_isRefused(String given, String pointer) {
        var current = object("{\"id\":\"i\",\"name\":\"a\",\"version\":3,\"revision\":9,\"created_at\":\"c\","
                + "\"updated_at\":\"u\"}");

        var checked = SCHEMA.check(json(given), current);

        assertThat(checked.violations()).containsExactly(new Violation(pointer, "is set by the server"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "version", "revision", "created_at", "updated_at"})
    void check_memberThatTheServerKeepsInANewDocument_isRefused(String name) {
        var checked = check("{\"name\":\"a\",\"" + name + "\":1}");

        assertThat(checked.violations()).containsExactly(new Violation("/" + name, "is set by the server"));
    }

    @Test
    void changedFields_someDiffer_namesThemInOrder() {
        var before = check("{\"name\":\"a\",\"tags\":[\"x\"],\"attributes\":{\"n\":1}}")
                .body();
        var after = check("{\"name\":\"b\",\"tags\":[\"x\"],\"attributes\":{\"n\":2}}")
                .body();

        var changed = Schema.changedFields(before, after);

        assertThat(changed).containsExactly("name", "attributes");
    }

    private static Schema.Checked check(String given) {
        return SCHEMA.check(json(given), null);
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(JsonNode node) {
        return new String(Json.write(node), StandardCharsets.UTF_8);
    }
}
