package dev.mien.api;

/// One thing that is wrong with a body.
///
/// @param pointer the member, as a JSON pointer (RFC 6901) into the body that was sent; empty for the body as a whole
/// @param detail what is wrong with it, for a person
public record Violation(String pointer, String detail) {}
