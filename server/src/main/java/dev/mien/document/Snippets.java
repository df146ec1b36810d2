package dev.mien.document;

import dev.mien.store.Search;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The places of a document at which a search found it.
///
/// Each snippet is plain text of the document and says where the matches in it are, by their positions, so nothing has
/// to be escaped or told apart from what a text contains. The databases have their own idea of what a word is, and
/// differ in rare scripts; where they found something and this does not see what, there is no snippet.
final class Snippets {
    private static final String NAME = "name";
    private static final int MOST = 3;
    /// What is shown before the first match and, from there on, behind.
    private static final int CHARACTERS_BEFORE = 40;

    private static final int CHARACTERS_BEHIND = 120;
    /// How far a cut may move in order not to fall into a word.
    private static final int SLACK = 20;

    private final List<List<String>> terms;
    private final List<Boolean> beginnings;
    private final List<Boolean> beginningsInName;
    private final List<String> members;

    /// @param members where to look, in this order
    Snippets(Search search, List<String> members) {
        this.terms = search.terms().stream()
                .map(term -> term.words().stream().map(Search::fold).toList())
                .toList();
        this.beginnings = beginnings(search, false);
        this.beginningsInName = beginnings(search, true);
        this.members = members;
    }

    private static List<Boolean> beginnings(Search search, boolean inName) {
        return search.terms().stream().map(term -> term.isBeginning(inName)).toList();
    }

    private record Range(int start, int end) {}

    /// A list of `field`, `text` and `matches`, a list of pairs: where a match begins and where it ends.
    ArrayNode of(JsonNode document) {
        var snippets = JsonNodeFactory.instance.arrayNode();
        for (String member : members) {
            var value = document.path(member);
            if (value.isString()) {
                add(snippets, member, value.stringValue());
            } else if (value.isArray()) {
                value.forEach(text -> add(snippets, member, text.stringValue("")));
            }
        }
        return snippets;
    }

    private void add(ArrayNode snippets, String member, String text) {
        if (snippets.size() == MOST) {
            return;
        }
        var matches = matches(text, member.equals(NAME) ? beginningsInName : beginnings);
        if (matches.isEmpty()) {
            return;
        }
        int start = cutBefore(text, matches.getFirst().start() - CHARACTERS_BEFORE);
        int end = cutBehind(
                text,
                matches.getFirst().start() + CHARACTERS_BEHIND,
                matches.getFirst().end());
        var snippet = snippets.addObject().put("field", member).put("text", text.substring(start, end));
        var pairs = snippet.putArray("matches");
        for (var match : matches) {
            if (match.end() <= end) {
                pairs.addArray().add(match.start() - start).add(match.end() - start);
            }
        }
    }

    /// The first matches of the text, in their order, none of them inside of another.
    private List<Range> matches(String text, List<Boolean> beginnings) {
        var matches = new ArrayList<Range>();
        int from = 0;
        while (from < text.length()) {
            int start = Search.wordStart(text, from);
            int end = matchEnd(text, start, beginnings);
            if (end > start) {
                if (!matches.isEmpty() && end > matches.getFirst().start() + CHARACTERS_BEHIND + SLACK) {
                    break;
                }
                matches.add(new Range(start, end));
                from = end;
            } else {
                from = Math.max(start + 1, Search.wordEnd(text, start));
            }
        }
        return matches;
    }

    /// Where the longest match that begins with the word at `start` ends; `start` if there is none.
    private int matchEnd(String text, int start, List<Boolean> beginnings) {
        int longest = start;
        for (int t = 0; t < terms.size(); t++) {
            var words = terms.get(t);
            int at = start;
            int end = start;
            int matched = 0;
            while (matched < words.size() && at < text.length()) {
                end = Search.wordEnd(text, at);
                String word = Search.fold(text.substring(at, end));
                boolean beginning = beginnings.get(t) && matched == words.size() - 1;
                if (beginning ? !word.startsWith(words.get(matched)) : !word.equals(words.get(matched))) {
                    break;
                }
                matched++;
                at = Search.wordStart(text, end);
            }
            if (matched == words.size()) {
                longest = Math.max(longest, end);
            }
        }
        return longest;
    }

    private static int cutBefore(String text, int wanted) {
        if (wanted <= 0) {
            return 0;
        }
        for (int at = wanted; at > Math.max(0, wanted - SLACK); at--) {
            if (Character.isWhitespace(text.charAt(at - 1))) {
                return at;
            }
        }
        return whole(text, wanted);
    }

    private static int cutBehind(String text, int wanted, int least) {
        int end = Math.max(wanted, least);
        if (end >= text.length()) {
            return text.length();
        }
        for (int at = end; at > Math.max(least, end - SLACK); at--) {
            if (Character.isWhitespace(text.charAt(at))) {
                return at;
            }
        }
        return whole(text, end);
    }

    /// The position, or the one before it if it is inside of a character.
    private static int whole(String text, int at) {
        return Character.isLowSurrogate(text.charAt(at)) && Character.isHighSurrogate(text.charAt(at - 1))
                ? at - 1
                : at;
    }
}
