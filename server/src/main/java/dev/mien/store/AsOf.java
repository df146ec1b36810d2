package dev.mien.store;

import dev.mien.api.RevisionToken;

/// The answer to a read, which says what it reflects.
public interface AsOf {
    /// The state of the store in which the read was made.
    RevisionToken asOf();
}
