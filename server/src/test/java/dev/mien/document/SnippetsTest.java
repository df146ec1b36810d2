package dev.mien.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.store.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SnippetsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> MEMBERS = List.of("name", "tags", "personality");

    private static JsonNode of(String q, String document) {
        return new Snippets(new Search(Search.parse(q), 0), MEMBERS).of(JSON.readTree(document));
    }

    /// The matches as texts.
    private static List<String> matches(JsonNode snippet) {
        var matches = new ArrayList<String>();
        snippet.get("matches")
                .forEach(pair -> matches.add(snippet.get("text")
                        .stringValue()
                        .substring(pair.get(0).intValue(), pair.get(1).intValue())));
        return matches;
    }

    @Test
    void of_severalMembers_hasASnippetOfEach() {
        var snippets = of("raven", "{\"name\":\"The Raven\",\"tags\":[\"x\",\"raven\"],\"personality\":\"none\"}");

        assertThat(snippets.toString())
                .isEqualTo("[{\"field\":\"name\",\"text\":\"The Raven\",\"matches\":[[4,9]]},"
                        + "{\"field\":\"tags\",\"text\":\"raven\",\"matches\":[[0,5]]}]");
    }

    @Test
    void of_longText_isCutBetweenWordsAroundTheFirstMatch() {
        String text = "word ".repeat(100) + "a café, Café and cafés " + "word ".repeat(100);

        var snippet = of("cafe", "{\"personality\":\"" + text + "\"}").get(0);

        assertThat(matches(snippet)).containsExactly("café", "Café", "cafés");
        assertThat(snippet.get("text").stringValue())
                .hasSizeLessThan(200)
                .startsWith("word")
                .endsWith("word")
                .contains("word a café, Café and cafés word");
    }

    @Test
    void of_phraseAndBeginning_matchesAsTheSearchDoes() {
        String document = "{\"personality\":\"hold the basket, she holds; the-basket\"}";

        assertThat(matches(of("\"the basket\"", document).get(0))).containsExactly("the basket", "the-basket");
        assertThat(matches(of("hold", document).get(0))).containsExactly("hold", "holds");
        assertThat(of("hol", document)).isEmpty();
        assertThat(matches(of("hol", "{\"name\":\"Holder\"}").get(0))).containsExactly("Holder");
        assertThat(matches(of("\"hold\"", document).get(0))).containsExactly("hold");
    }

    @Test
    void of_anyText_isAPartOfItWithMatchesInside() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        String[] pieces = {
            "raven", "Raven", " ", " ", "<b>", "\ud83d\ude00", "e\u0301", "-", "x".repeat(50), "\u6771\u4eac"
        };
        for (int round = 0; round < 500; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(60); i >= 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            var document = JSON.createObjectNode().put("personality", text.toString());
            for (var snippet : of("raven", document.toString())) {
                assertThat(text.toString())
                        .as("seed %d", seed)
                        .contains(snippet.get("text").stringValue());
                assertThat(snippet.get("text").stringValue())
                        .doesNotStartWith("\ude00")
                        .doesNotEndWith("\ud83d");
                assertThat(matches(snippet))
                        .as("seed %d", seed)
                        .isNotEmpty()
                        .allMatch(match ->
                                match.toLowerCase(java.util.Locale.ROOT).startsWith("raven"));
            }
        }
    }
}
