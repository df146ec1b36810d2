package dev.mien.checker.broken;

import dev.mien.checker.history.Token;
import org.jspecify.annotations.Nullable;

/// What a read found, or what a write made.
///
/// @param row null if there is no such document
/// @param asOf the state of the database that this reflects
record RowAt(@Nullable Row row, Token asOf) {}
