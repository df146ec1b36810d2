package dev.mien.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTemplateTest {
    private static String fill(String template, Map<String, Object> values) {
        return PromptTemplate.of(template).fill(values, new Allowance(), (piece, literal) -> literal.replace("!", "?"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[[name]] & {{char}} <b>                          | F&{{x}} & {{char}} <b>",
                "[[#name]]yes[[/name]][[^name]]no[[/name]]        | yes",
                "[[#scenario]]yes[[/scenario]][[^scenario]]no[[/scenario]] | no",
                "[[#tags]]([[.]])[[/tags]]                        | (a)(b)",
                "[[#tags]][[-index]][[.]][[^-last]], [[/-last]][[/tags]] | 1a, 2b",
                "[[attributes.home.town]][[attributes.none.x]]    | Ys",
                "[[#attributes]][[age]][[/attributes]]            | 9",
                "[[! a remark ]]x                                 | x",
                "![[name]]!                                       | ?F&{{x}}?",
                "[one] [ [two] ]                                  | [one] [ [two] ]",
            })
    void fill_aTemplate_putsValuesInAsTheyAre(String template, String expected) {
        var values = Map.<String, Object>of(
                "name",
                "F&{{x}}",
                "scenario",
                "",
                "tags",
                List.of("a", "b"),
                "attributes",
                Map.of("age", "9", "home", Map.of("town", "Ys")));

        assertThat(fill(template, values)).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void fill_aValue_isNeverTakenForTextOfTheTemplate() {
        assertThat(fill("![[name]]![[char]]", Map.of("name", "! [[user]] \ufdd0!\ufdd1", "char", "!")))
                .isEqualTo("?! [[user]] !?!");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[#name]]            | is no template",
                "[[/name]]            | is no template",
                "[[name               | has [[ without ]]",
                "[[descripton]]       | names 'descripton'",
                "[[name.bytes]]       | names 'name.bytes'",
                "[[#tags]][[x]][[/tags]] | names 'x'",
                "[[> /etc/passwd]]    | includes '/etc/passwd'",
                "[[$ block]][[/block]] | includes 'block'",
                "[[=<% %>=]]<% name %> | changes its delimiters",
            })
    void of_whatCannotWork_isRefusedWithTheReason(String template, String reason) {
        assertThat(PromptTemplate.problem(template))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith(reason));
    }

    @Test
    void of_tooDeepOrTooLong_isRefused() {
        String deep = "[[#name]]".repeat(21) + "[[/name]]".repeat(21);

        assertThat(PromptTemplate.problem(deep).orElseThrow()).startsWith("has more than 20 sections");
        assertThat(PromptTemplate.problem("x".repeat(100_001)).orElseThrow()).startsWith("is 100001 characters");
        assertThat(PromptTemplate.problem("[[#name]]".repeat(20) + "[[/name]]".repeat(20)))
                .isEmpty();
    }

    @Test
    void of_everyNameThatThereIs_isTaken() {
        assertThat(PromptTemplate.NAMES)
                .allSatisfy(name ->
                        assertThat(PromptTemplate.problem("[[" + name + "]]")).isEmpty());
        assertThat(PromptTemplate.problem(Renderer.ownTemplate())).isEmpty();
    }

    @Test
    void fill_objectsOfTheProgram_cannotBeReached() {
        assertThat(fill(
                        "[[#attributes]][[class]][[size]][[home.class.name]][[/attributes]]",
                        Map.of("attributes", Map.of("home", "x"))))
                .isEmpty();
    }

    @Test
    void fill_loopsInLoops_areCutOff() {
        var tags = IntStream.range(0, 1000).mapToObj(i -> "").toList();
        String loops = "[[#tags]]".repeat(6) + "[[/tags]]".repeat(6);

        assertThatThrownBy(() -> fill(
                        "[[#content_themes]]" + loops + "[[/content_themes]]",
                        Map.of("tags", tags, "content_themes", tags)))
                .hasMessageContaining("goes through its sections");
    }

    @Test
    void fill_tooLong_isCutOff() {
        var tags = IntStream.range(0, 1000).mapToObj(i -> "x".repeat(1000)).toList();

        assertThatThrownBy(() ->
                        fill("[[#tags]][[scenario]][[/tags]]", Map.of("tags", tags, "scenario", "x".repeat(10_000))))
                .hasMessageContaining("grows beyond");
    }
}
