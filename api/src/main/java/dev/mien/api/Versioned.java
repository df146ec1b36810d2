package dev.mien.api;

/// What personas and users have in common.
public sealed interface Versioned permits Persona, User {
    String id();

    long version();

    long revision();
}
