package dev.mien.render;

/// A part of a prompt and what it costs.
///
/// @param name the member of the persona that it is made of, `lorebook`, `greeting` or `conversation`
/// @param role who says it; empty for the conversation, which has several
/// @param text with its macros expanded; empty for the conversation, which the client has
record Part(String name, String role, String text, int tokens) {
    static Part of(String name, String role, String text) {
        return new Part(name, role, text, Tokens.estimate(text));
    }
}
