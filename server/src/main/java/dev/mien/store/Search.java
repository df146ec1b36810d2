package dev.mien.store;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What to look for in the texts of documents: every term has to be there.
///
/// **Ranking.** First come documents that have all terms in their name, then the others; within each, the better the
/// match the earlier, and of equals the newer. Of each of the two, only the newest [#MOST_RANKED] are ranked and found:
/// to rank everything that has a common word would take far longer than a page may.
///
/// @param terms at least one
/// @param skip how many of what is found to pass over
public record Search(List<Term> terms, int skip) {
    /// Most documents that are ranked among those with all terms in their names, and as many among the others.
    public static final int MOST_RANKED = 500;

    /// Most terms of a search.
    public static final int MOST_TERMS = 20;

    /// Most characters of what a person wrote.
    public static final int MOST_CHARACTERS = 1_000;

    /// A shorter word is not taken as the beginning of a word in a name.
    private static final int SHORTEST_BEGINNING_IN_NAME = 2;

    /// Nor of one in other texts: too many documents have a word that begins so, and to index beginnings would cost as
    /// much at each edit as to index words.
    private static final int SHORTEST_BEGINNING = 4;

    /// Words that follow each other.
    ///
    /// @param text has at least one word, and no quotation mark and no control character
    /// @param open whether somebody may still be typing the last of them
    public record Term(String text, boolean open) {
        public List<String> words() {
            return Search.words(text);
        }

        /// Whether the last word may also be the beginning of a word.
        ///
        /// @param inName whether of one in the name, where all terms are looked for in names
        public boolean isBeginning(boolean inName) {
            return open && isLongEnough(words().getLast(), inName ? SHORTEST_BEGINNING_IN_NAME : SHORTEST_BEGINNING);
        }
    }

    public Search {
        terms = List.copyOf(terms);
    }

    /// Reads what a person wrote: words, and phrases between quotation marks. Everything that is no letter and no
    /// digit separates words and means nothing else. The last word may be the beginning of one, unless it is
    /// quoted.
    ///
    /// @return the terms, empty where there is no word
    public static List<Term> parse(String text) {
        var terms = new ArrayList<Term>();
        boolean quoted = false;
        String[] parts = text.replaceAll("\\p{Cntrl}", " ").split("[\"“”„]", -1);
        for (int i = 0; i < parts.length; i++) {
            if (quoted) {
                add(terms, parts[i], false);
            } else {
                String[] chunks = parts[i].strip().split("\\s+");
                for (int c = 0; c < chunks.length; c++) {
                    add(terms, chunks[c], i == parts.length - 1 && c == chunks.length - 1);
                }
            }
            quoted = !quoted;
        }
        return terms;
    }

    /// What belongs together without a space, such as `o'neil`, is a phrase.
    private static void add(List<Term> terms, String text, boolean isLast) {
        var words = words(text);
        if (!words.isEmpty()) {
            terms.add(new Term(text.strip(), isLast));
        }
    }

    private static boolean isLongEnough(String word, int shortest) {
        return word.codePointCount(0, word.length()) >= shortest
                || word.codePoints().anyMatch(Search::isWrittenWithoutSpaces);
    }

    /// Where a text has no spaces, a word is only ever found by its beginning; one character says much there.
    private static boolean isWrittenWithoutSpaces(int codePoint) {
        return switch (Character.UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }

    /// The words of a text, in their order.
    public static List<String> words(String text) {
        var words = new ArrayList<String>();
        int end = 0;
        while (end < text.length()) {
            int start = wordStart(text, end);
            end = wordEnd(text, start);
            if (end > start) {
                words.add(text.substring(start, end));
            }
        }
        return words;
    }

    /// Where the next word begins, at or behind `from`; the length of the text where there is none.
    public static int wordStart(String text, int from) {
        int at = from;
        while (at < text.length() && !Character.isLetterOrDigit(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    /// Where the word that begins at `start` ends.
    public static int wordEnd(String text, int start) {
        int at = start;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (!Character.isLetterOrDigit(codePoint) && !isAccent(codePoint)) {
                break;
            }
            at += Character.charCount(codePoint);
        }
        return at;
    }

    /// Combining marks that [#fold] takes away; others end a word, in the databases too.
    private static boolean isAccent(int codePoint) {
        return codePoint >= 0x300 && codePoint <= 0x36f;
    }

    /// The form in which words are compared: without accents, in lower case.
    public static String fold(String word) {
        boolean isAscii = word.chars().allMatch(c -> c < 0x80);
        String plain = isAscii
                ? word
                : Normalizer.normalize(word, Normalizer.Form.NFD)
                        .codePoints()
                        .filter(codePoint -> !isAccent(codePoint))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
        return plain.toLowerCase(Locale.ROOT);
    }
}
