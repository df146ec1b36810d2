package dev.mien.card;

import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A card as its container held it, before anything is made of it.
///
/// @param root the card's JSON, with every member
/// @param picture the picture that carried it, without the card; null where none did
/// @param files the other files of the container, by what the card calls them
/// @param warnings what was odd about the container
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record CardFile(
        Container container,
        ObjectNode root,
        byte @Nullable [] picture,
        SequencedMap<String, byte[]> files,
        List<String> warnings) {

    /// What a card comes in.
    enum Container {
        JSON("json", "application/json"),
        PNG("png", "image/png"),
        APNG("apng", "image/png"),
        CHARX("charx", "application/zip"),
        JPEG("jpeg", "image/jpeg"),
        WEBP("webp", "image/webp");

        private final String text;
        private final String type;

        Container(String text, String type) {
            this.text = text;
            this.type = type;
        }

        String text() {
            return text;
        }

        /// Its media type.
        String type() {
            return type;
        }
    }
}
