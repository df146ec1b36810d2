package dev.mien.checker.history;

/// How far a follower of the feed came, once nobody wrote any more and the feed had no more to tell.
///
/// @param client by which it is known among the operations
/// @param end what the feed called its end
public record Follower(int client, Token end) {}
