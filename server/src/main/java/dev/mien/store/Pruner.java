package dev.mien.store;

import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Prunes old versions: goes through the log in small parts, and begins again.
public final class Pruner implements Chore.Part {
    private static final Logger log = LoggerFactory.getLogger(Pruner.class);

    private final Store store;
    private final HistoryConfig rules;
    private final InstantSource clock;
    private long after;
    private long count;

    public Pruner(Store store, HistoryConfig rules, InstantSource clock) {
        this.store = store;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public boolean run() {
        var pruned = store.prune(rules, after, clock.instant());
        count += pruned.versions();
        after = pruned.atEnd() ? 0 : pruned.upTo();
        if (pruned.atEnd() && count > 0) {
            log.info("Pruned {} versions", count);
            count = 0;
        }
        return !pruned.atEnd();
    }
}
