package dev.mien.checker.history;

/// The position in the store's history that an answer carried: `<incarnation>.<revision>` on the wire.
///
/// @param incarnation which history of the store the revision belongs to
/// @param revision the newest change the answer reflects
public record Token(String incarnation, long revision) {
    /// Reads the form in which a token crosses the wire.
    ///
    /// @throws IllegalArgumentException when the text is no token
    public static Token parse(String text) {
        int dot = text.lastIndexOf('.');
        if (dot < 1) {
            throw new IllegalArgumentException("not a token: " + text);
        }
        try {
            return new Token(text.substring(0, dot), Long.parseLong(text, dot + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a token: " + text, e);
        }
    }

    @Override
    public String toString() {
        return incarnation + "." + revision;
    }
}
