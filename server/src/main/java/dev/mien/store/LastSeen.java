package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest state of the store that this worker has seen.
///
/// **A store never goes back.** A read that finds the log's head behind what this worker saw before the read began, or
/// another incarnation, has met another history under the same name or address. From then on every read is refused,
/// until the worker is started anew.
public final class LastSeen {
    private static final Logger log = LoggerFactory.getLogger(LastSeen.class);

    private final AtomicReference<RevisionToken> newest;
    private volatile @Nullable String lost;

    /// @param head the state that the worker began with
    public LastSeen(RevisionToken head) {
        this.newest = new AtomicReference<>(head);
    }

    public RevisionToken get() {
        return newest.get();
    }

    /// Takes the state of a read.
    ///
    /// @param before what [#get] said before the read began
    /// @throws StoreUnavailableException if the store went back, now or at any time before
    public void see(RevisionToken before, RevisionToken asOf) {
        if (lost == null && (!asOf.incarnation().equals(before.incarnation()) || asOf.revision() < before.revision())) {
            lost = "the store went from " + before + " to " + asOf + ": another history has taken its place";
            log.error("{}; nothing is served until this worker is started anew", lost);
        }
        String fault = lost;
        if (fault != null) {
            throw new StoreUnavailableException(fault);
        }
        advance(asOf);
    }

    /// Takes a state that this worker made.
    public void advance(RevisionToken asOf) {
        for (var seen = newest.get(); asOf.revision() > seen.revision(); seen = newest.get()) {
            if (newest.compareAndSet(seen, asOf)) {
                return;
            }
        }
    }

    /// How the store went back; null if it did not.
    public @Nullable String lost() {
        return lost;
    }
}
