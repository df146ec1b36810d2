package dev.mien.card;

import java.util.Arrays;
import java.util.Optional;

/// The specifications of character cards.
enum Spec {
    /// Flat, and without a name of its own in the file.
    V1(1, "chara_card_v1", "1.0"),
    V2(2, "chara_card_v2", "2.0"),
    V3(3, "chara_card_v3", "3.0");

    private final int number;
    private final String text;
    private final String version;

    Spec(int number, String text, String version) {
        this.number = number;
        this.text = text;
        this.version = version;
    }

    int number() {
        return number;
    }

    /// As it stands in `spec`.
    String text() {
        return text;
    }

    /// The value of `spec_version`.
    String version() {
        return version;
    }

    boolean isAtLeast(Spec other) {
        return number >= other.number;
    }

    static Optional<Spec> of(String text) {
        return Arrays.stream(values()).filter(spec -> spec.text.equals(text)).findFirst();
    }

    static Optional<Spec> numbered(String number) {
        return Arrays.stream(values())
                .filter(spec -> Integer.toString(spec.number).equals(number))
                .findFirst();
    }
}
