package dev.mien.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.store.Search.Term;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchTest {
    @Test
    void parse_words_areTermsAndTheLastMayBeABeginning() {
        assertThat(Search.parse("  one, two three "))
                .containsExactly(new Term("one,", false), new Term("two", false), new Term("three", true));
    }

    @Test
    void isBeginning_lastWord_dependsOnItsLengthAndOnWhereItIsLookedFor() {
        for (String word : List.of("o", "of", "off", "offe", "off\u00e9", "\u6771", "o'neil", "neil'o")) {
            var term = Search.parse("x " + word).getLast();
            int length = term.words().getLast().length();
            assertThat(term.isBeginning(true)).as(word).isEqualTo(length >= 2 || word.equals("\u6771"));
            assertThat(term.isBeginning(false)).as(word).isEqualTo(length >= 4 || word.equals("\u6771"));
            assertThat(Search.parse(word + " x").getFirst().isBeginning(true))
                    .as(word)
                    .isFalse();
        }
    }

    @Test
    void parse_quoted_isOneTermAndNoBeginning() {
        assertThat(Search.parse("one \"two three\""))
                .containsExactly(new Term("one", false), new Term("two three", false));
        assertThat(Search.parse("\"two three\" four"))
                .containsExactly(new Term("two three", false), new Term("four", true));
        assertThat(Search.parse("\"never ended")).containsExactly(new Term("never ended", false));
        assertThat(Search.parse("“two three”")).containsExactly(new Term("two three", false));
    }

    @Test
    void parse_nothingButSigns_hasNoTerm() {
        assertThat(Search.parse("")).isEmpty();
        assertThat(Search.parse(" \"\" ** -- \u0000 \u0301 ()")).isEmpty();
    }

    @Test
    void words_ofAText_areItsLettersAndDigits() {
        assertThat(Search.words("{{char}}: o'neil's 3rd «café»—ok?"))
                .containsExactly("char", "o", "neil", "s", "3rd", "café", "ok");
    }

    @Test
    void fold_caseAndAccents_areTakenAway() {
        assertThat(Search.fold("ÉtE\u0301")).isEqualTo("ete");
    }
}
