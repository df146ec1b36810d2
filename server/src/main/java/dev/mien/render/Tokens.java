package dev.mien.render;

/// Estimates how many tokens a text costs.
///
/// Every model family counts differently and not all say how, and the tables of those that do take a quarter of a
/// worker's heap. So this is an estimate without tables: it cuts the text as the known tokenizers do, into words with
/// the space before them, groups of digits, punctuation and line ends, and charges each by its length. A test says how
/// far it is off.
final class Tokens {
    /// What the answers call this way of counting.
    static final String NAME = "estimate";

    private Tokens() {}

    static int estimate(String text) {
        int tokens = 0;
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            int begin = i;
            if (isWide(c)) {
                tokens++;
                i += Character.charCount(c);
            } else if (Character.isLetter(c) || Character.getType(c) == Character.NON_SPACING_MARK) {
                boolean ascii = true;
                while (i < text.length() && isWordPart(text.codePointAt(i))) {
                    ascii &= text.charAt(i) < 128;
                    i += Character.charCount(text.codePointAt(i));
                }
                tokens += word(i - begin, ascii);
            } else if (Character.isDigit(c)) {
                while (i < text.length() && Character.isDigit(text.codePointAt(i))) {
                    i += Character.charCount(text.codePointAt(i));
                }
                tokens += (i - begin + 2) / 3;
            } else if (Character.isWhitespace(c)) {
                while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
                    i++;
                }
                // One space belongs to the word behind it.
                tokens += i - begin == 1 && c == ' ' ? 0 : 1 + (i - begin) / 64;
            } else {
                while (i < text.length() && isOther(text.codePointAt(i))) {
                    i += Character.charCount(text.codePointAt(i));
                }
                tokens += c < 128 ? 1 + (i - begin - 1) / 3 : i - begin;
            }
        }
        return tokens;
    }

    private static int word(int length, boolean ascii) {
        return ascii ? (length <= 8 ? 1 : 1 + (length - 1) / 8) : 1 + (length - 1) / 4;
    }

    private static boolean isWordPart(int c) {
        return (Character.isLetter(c) || Character.getType(c) == Character.NON_SPACING_MARK) && !isWide(c);
    }

    private static boolean isOther(int c) {
        return !Character.isLetterOrDigit(c)
                && !Character.isWhitespace(c)
                && Character.getType(c) != Character.NON_SPACING_MARK;
    }

    private static boolean isWide(int c) {
        return Character.isIdeographic(c)
                || switch (Character.UnicodeScript.of(c)) {
                    case HIRAGANA, KATAKANA, HANGUL -> true;
                    default -> false;
                };
    }
}
