package dev.mien.peers;

import java.util.Arrays;

/// What `If-Match` or `If-None-Match` asks for.
///
/// @param header null where there is none
record Condition(String header) {
    static String tag(Document document) {
        return "\"" + document.version + "\"";
    }

    /// Whether the header is there and names the version of the document.
    boolean names(Document document) {
        return header != null
                && Arrays.stream(header.split(","))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(tag(document)));
    }

    /// @throws ConflictException where another version is named
    void check(Document current) {
        if (header != null && !names(current)) {
            throw new ConflictException(current.version);
        }
    }

    static final class ConflictException extends RuntimeException {
        private final long currentVersion;

        ConflictException(long currentVersion) {
            super("The document is at version " + currentVersion + ".");
            this.currentVersion = currentVersion;
        }

        long currentVersion() {
            return currentVersion;
        }
    }
}
