package dev.mien.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacrosTest {
    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-01-31T16:05:09+01:00");

    private static Macros macros(long seed) {
        return new Macros("Fay", "Ann", Map.of(), null, new Dice(seed, "p1"), new Allowance());
    }

    private static String expand(String text) {
        return macros(1).expand("piece", text);
    }

    private static String withFields(String text, Map<String, String> fields) {
        return new Macros("Fay", "Ann", fields, NOW, new Dice(1L, "p1"), new Allowance()).expand("piece", text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{{char}}                          | Fay",
                "{{CHAR}} {{ Char }}               | Fay Fay",
                "<char><bot><BOT><User>            | FayFayFayAnn",
                "{{user}}'s {{char}}               | Ann's Fay",
                "{{{user}}}                        | {Ann}",
                "a{{// a {{user}} b}}b             | ab",
                "a{{//}}b                          | ab",
                "a{{comment: said {{user}}}}b      | ab",
                "a{{Hidden_Key:dragon}}b           | ab",
                "{{reverse:Hello}}                 | olleH",
                "{{reverse:{{char}}!}}             | !yaF",
                "{{reverse:{{reverse:{{user}}}}}}  | Ann",
                "{{random:one}} {{pick:one}}       | one one",
                "{{random:a\\,b}}                  | a,b",
                "{{random::a\\,b}}                 | a,b",
                "{{random:{{user}}}}               | Ann",
                "{{pick::{{user}}::{{user}}}}      | Ann",
                "{{random: {{random:x,x}} ,x}}     | x",
                "{{roll:1}} {{roll:d1}} {{ROLL:D1}} {{roll 1}} | 1 1 1 1",
                "{{roll:3d1}} {{roll:3d1+4}} {{roll:d1-1}}     | 3 7 0",
            })
    void expand_whatIsSpecified_isReplaced(String text, String expected) {
        assertThat(expand(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{getvar::n}}",
                "{{setvar::n::{{user}}}}",
                "{{lastMessage}}",
                "{{charm}}",
                "{{user:x}}",
                "{{original}}",
                "{{description}}",
                "{{time}}",
                "{{datetimeformat YYYY}}",
                "{{roll:0}}",
                "{{roll:0d6}}",
                "{{roll:x}}",
                "{{roll:}}",
                "{{random}}",
                "{{}}",
                "{{ }}",
                "{{{{}}}}",
                "{{user",
                "user}}",
                "}}user{{",
                "{user}",
                "{ {user} }",
                "< user >",
                "<users>",
                "<START>",
                "{{#if x}}",
                "{{é}}",
            })
    void expand_whatIsUnknown_staysAsItIs(String text) {
        assertThat(expand(text)).isEqualTo(text);
    }

    @Test
    void expand_unclosed_doesNotHinderWhatFollows() {
        assertThat(expand("{{ {{user}} and {{char}} {{")).isEqualTo("{{ Ann and Fay {{");
        assertThat(expand("{{unknown {{user}}}} {{user}}")).isEqualTo("{{unknown {{user}}}} Ann");
    }

    @Test
    void expand_aNameThatLooksLikeAMacro_isNotLookedThroughAgain() {
        var macros = new Macros("{{user}}", "{{char}}<bot>", Map.of(), null, new Dice(1L, "p1"), new Allowance());

        assertThat(macros.expand("piece", "{{char}}|{{user}}|{{reverse:{{user}}}}"))
                .isEqualTo("{{user}}|{{char}}<bot>|>tob<}}rahc{{");
    }

    @Test
    void expand_original_isKnownWhereItIsGiven() {
        assertThat(macros(1).expand("piece", "{{original}}, and {{ORIGINAL}}", "<bot>"))
                .isEqualTo("<bot>, and <bot>");
    }

    @Test
    void expand_random_takesEveryChoiceAndNoOther() {
        var seen = new HashSet<String>();
        for (int seed = 0; seed < 200; seed++) {
            seen.add(macros(seed).expand("piece", "{{random:a,b, c}}"));
            seen.add(macros(seed).expand("piece", "{{random::a::b::c}}"));
            seen.add(macros(seed).expand("piece", "{{random::a,b,c}}"));
        }

        assertThat(seen).isEqualTo(Set.of("a", "b", "c"));
    }

    @Test
    void expand_roll_isFromOneToItsNumber() {
        var seen = new HashSet<String>();
        for (int seed = 0; seed < 300; seed++) {
            seen.add(macros(seed).expand("piece", "{{roll:d6}}"));
        }

        assertThat(seen).isEqualTo(Set.of("1", "2", "3", "4", "5", "6"));
    }

    @Test
    void expand_withTheSameSeed_isTheSameForAllTime() {
        String text = "{{roll:1000}} {{random:a,b,c,d,e,f}} {{pick:a,b,c,d,e,f}} {{roll:1000}}";

        assertThat(macros(7).expand("description", text)).isEqualTo("484 b d 789");
        assertThat(macros(8).expand("description", text)).isNotEqualTo(macros(7).expand("description", text));
        assertThat(macros(7).expand("scenario", text)).isNotEqualTo(macros(7).expand("description", text));
    }

    @Test
    void expand_pick_isTheSameWithoutASeedAndRandomIsNot() {
        var picks = new HashSet<String>();
        var randoms = new HashSet<String>();
        for (int i = 0; i < 50; i++) {
            var macros = new Macros("Fay", "Ann", Map.of(), null, new Dice(null, "p1"), new Allowance());
            picks.add(macros.expand("piece", "{{pick:1,2,3,4,5,6,7,8,9}}{{pick:1,2,3,4,5,6,7,8,9}}"));
            randoms.add(macros.expand("piece", "{{random:1,2,3,4,5,6,7,8,9}}{{roll:9}}"));
        }

        assertThat(picks).hasSize(1);
        assertThat(randoms).hasSizeGreaterThan(1);
    }

    @Test
    void repeatable_afterRandom_isFalseWithoutASeed() {
        var left = new Dice(null, "p1");
        new Macros("Fay", "Ann", Map.of(), null, left, new Allowance()).expand("piece", "{{pick:a,b}} {{user}}");
        assertThat(left.repeatable()).isTrue();

        new Macros("Fay", "Ann", Map.of(), null, left, new Allowance()).expand("piece", "{{roll:6}}");

        assertThat(left.repeatable()).isFalse();
        assertThat(new Dice(1L, "p1").repeatable()).isTrue();
    }

    @Test
    void expandWithHidden_keys_areGivenApartWithoutComments() {
        var expanded = macros(1)
                .expandWithHidden(
                        "piece", "A{{hidden_key: the {{char}} }}B{{// dragon}}{{comment: wyrm}}{{hidden_key:x}}");

        assertThat(expanded.text()).isEqualTo("AB");
        assertThat(expanded.hidden()).containsExactly("the Fay", "x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{time}}                               | 4:05 PM",
                "{{date}}                               | January 31, 2026",
                "{{weekday}}                            | Saturday",
                "{{isotime}} {{isodate}}                | 16:05 2026-01-31",
                "{{time_UTC+2}} {{time_utc-10}}         | 5:05 PM 5:05 AM",
                "{{datetimeformat DD.MM.YY HH:mm:ss}}   | 31.01.26 16:05:09",
                "{{datetimeformat [at] h a, ddd MMM D}} | at 4 pm, Sat Jan 31",
                "{{time_UTC+19}}                        | {{time_UTC+19}}",
            })
    void expand_clock_tellsTheGivenMoment(String text, String expected) {
        assertThat(withFields(text, Map.of())).isEqualTo(expected);
    }

    @Test
    void expand_fields_areExpandedThemselves() {
        assertThat(withFields("<{{Scenario}}>", Map.of("scenario", "at {{user}}'s")))
                .isEqualTo("<at Ann's>");
    }

    @Test
    void expand_fieldInsideItself_staysAsItIs() {
        var fields = Map.of("description", "D{{scenario}}", "scenario", "S{{description}}");

        assertThat(withFields("{{description}}", fields)).isEqualTo("DS{{description}}");
        assertThat(withFields("{{scenario}}", fields)).isEqualTo("SD{{scenario}}");
    }

    @Test
    void expand_fieldsThatMultiplyEachOther_areCutOff() {
        var fields = Map.of(
                "a", "{{b}}".repeat(1000),
                "b", "{{c}}".repeat(1000),
                "c", "{{d}}".repeat(1000),
                "d", "!".repeat(1000));

        assertThatThrownBy(() -> withFields("{{a}}", fields))
                .isInstanceOf(CannotRenderException.class)
                .hasMessageContaining("grows beyond");
    }

    @Test
    void expand_nestingWithoutEnd_staysAsItIsFromADepthOn() {
        String deep = "{{reverse:".repeat(1_000) + "ab" + "}}".repeat(1_000);

        // Twenty of them are expanded, and turn round what is left an even number of times or an odd one.
        assertThat(expand(deep)).hasSize(deep.length() - 21 * "{{reverse:}}".length());
        assertThatThrownBy(() -> expand("{{reverse:".repeat(50_000) + "}}".repeat(50_000)))
                .hasMessageContaining("grows beyond");
        assertThat(expand("{{reverse:".repeat(20) + "ab" + "}}".repeat(20))).isEqualTo("ab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{", "}}", "{", "<", "{{{{}}", "{{random:", "{{a}}{{"})
    void expand_aMillionBraces_takesLinearWork(String braces) {
        String text = braces.repeat(1_000_000 / braces.length());

        assertThat(expand(text)).hasSameSizeAs(text);
    }
}
