package dev.mien.store;

import dev.mien.api.RevisionToken;
import org.jspecify.annotations.Nullable;

/// The answer to a read of one document.
///
/// @param document null where there is none
/// @param asOf the state of the store in which the read was made
public record Found(@Nullable Document document, RevisionToken asOf) implements AsOf {}
