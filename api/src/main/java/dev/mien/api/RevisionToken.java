package dev.mien.api;

import java.util.Optional;

/// A position in a store's history, written `<incarnation>.<revision>` in the header `Mien-Revision`.
///
/// @param incarnation the random id of the history; a revision means something only within it
/// @param revision the position in the store's change log: 0 before the first change, then 1, 2, 3 …
public record RevisionToken(String incarnation, long revision) {

    /// The header that carries the token in every answer.
    public static final String HEADER = "Mien-Revision";

    public RevisionToken {
        if (incarnation.isEmpty() || incarnation.indexOf('.') >= 0 || revision < 0) {
            throw new IllegalArgumentException("not a token: " + incarnation + "." + revision);
        }
    }

    /// The token that `text` spells; empty if it spells none.
    public static Optional<RevisionToken> parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RevisionToken(text.substring(0, dot), Long.parseLong(text.substring(dot + 1))));
        } catch (IllegalArgumentException notAToken) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return incarnation + "." + revision;
    }
}
