package dev.mien.render;

/// One message of a conversation.
///
/// @param role `system`, `user` or `assistant`
record Message(String role, String content) {
    static final String SYSTEM = "system";
    static final String USER = "user";
    static final String ASSISTANT = "assistant";
}
