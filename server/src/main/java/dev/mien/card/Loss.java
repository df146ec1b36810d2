package dev.mien.card;

/// Something of a persona that a card cannot say in its specification or container.
///
/// @param pointer where it stood, or would stand, in a card that can
/// @param isKept whether it stands in the card's extensions, from where an import here takes it back
record Loss(String pointer, boolean isKept) {
    static Loss kept(String pointer) {
        return new Loss(pointer, true);
    }

    static Loss lost(String pointer) {
        return new Loss(pointer, false);
    }
}
