package dev.mien.feed;

import java.util.Arrays;
import java.util.Optional;

/// What may change.
public enum Kind {
    PERSONA("personas"),
    USER("users"),
    LABEL("labels");

    private final String collection;

    Kind(String collection) {
        this.collection = collection;
    }

    /// As it is written: `persona`.
    public String word() {
        return collection.substring(0, collection.length() - 1);
    }

    static Optional<Kind> ofWord(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    /// The kind of a collection's documents.
    ///
    /// @throws IllegalArgumentException if there is none
    static Kind ofCollection(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.collection.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no collection " + name));
    }
}
