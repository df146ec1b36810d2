package dev.mien.store;

import dev.mien.api.RevisionToken;
import org.jspecify.annotations.Nullable;

/// The answer to a read of one version.
///
/// @param version null where there is none
/// @param asOf the state of the store in which the read was made
public record FoundVersion(@Nullable Version version, RevisionToken asOf) implements AsOf {}
