package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.time.Duration;

/// How fresh the answer to a read has to be. A store may always answer with something fresher.
public sealed interface ReadMode {
    /// Reflects every edit that was acknowledged before the read began.
    record Strong() implements ReadMode {}

    /// Reflects at least the state that the token names.
    record AtLeast(RevisionToken token) implements ReadMode {
        @Override
        public void requireMetBy(RevisionToken asOf) {
            if (!asOf.incarnation().equals(token.incarnation())) {
                throw new OtherHistoryException(
                        "The token is of another history than the store's, which is " + asOf.incarnation());
            }
            if (asOf.revision() < token.revision()) {
                throw new StoreUnavailableException(
                        "the store is at " + asOf + " and has not reached revision " + token.revision());
            }
        }
    }

    /// Reflects every edit that was acknowledged longer ago than `age`, counted back from some moment behind the one at
    /// which the answer was picked. The clock is monotonic and stands still while the machine is suspended.
    record MaxStale(Duration age) implements ReadMode {}

    /// Says whether a strong answer, as of this state, is what the mode asks for.
    ///
    /// @throws OtherHistoryException if it names another history, so that nothing can be compared
    /// @throws StoreUnavailableException if it names a state that the store has not reached
    default void requireMetBy(RevisionToken asOf) {}
}
