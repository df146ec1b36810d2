package dev.mien.feed;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeLog;
import dev.mien.store.StoreUnavailableException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the log in pages that follow each other without a gap, or says why that cannot be.
public final class Pages {
    private static final Logger log = LoggerFactory.getLogger(Pages.class);
    private static final int SIZE = 256;

    private final ChangeLog changes;
    private final BooleanSupplier lost;

    /// @param lost whether the store's history is gone for good
    Pages(ChangeLog changes, BooleanSupplier lost) {
        this.changes = changes;
        this.lost = lost;
    }

    /// @param head the newest revision; nothing is after `after` if it is that
    public record Page(RevisionToken head, List<Event> events) {}

    /// Where the log stands.
    RevisionToken head() {
        return read(Long.MAX_VALUE, 1, false).head();
    }

    /// What [ChangeLog#peek] says.
    RevisionToken peek() {
        try {
            return changes.peek();
        } catch (StoreUnavailableException e) {
            throw orEnded(e);
        }
    }

    /// The events after `after`.
    ///
    /// @throws FeedEndedException if some of them are gone, or the token is of another history
    /// @throws StoreUnavailableException if the store cannot be read, or has not reached the token
    Page after(RevisionToken after, boolean documents) {
        var page = read(after.revision(), SIZE, documents);
        var head = page.head();
        if (!head.incarnation().equals(after.incarnation())) {
            throw FeedEndedException.otherHistory(
                    "The token is of another history than the store's, which is " + head.incarnation() + ".");
        }
        if (head.revision() < after.revision()) {
            throw new StoreUnavailableException("the store is at " + head + " and has not reached " + after);
        }
        if (page.floor() > after.revision()) {
            throw FeedEndedException.gone("Changes up to revision " + page.floor()
                    + " were trimmed from the log; the token is at " + after.revision() + ".");
        }
        requireNoGap(after.revision(), page);
        return new Page(
                head,
                page.entries().stream()
                        .map(entry -> new Event(entry, head.incarnation(), documents))
                        .toList());
    }

    private static void requireNoGap(long after, ChangeLog.Page page) {
        long expected = after;
        for (var entry : page.entries()) {
            expected++;
            if (entry.version().revision() != expected) {
                throw gap(expected, page);
            }
        }
        if (page.entries().isEmpty() && page.head().revision() > after) {
            throw gap(after + 1, page);
        }
    }

    private static FeedEndedException gap(long missing, ChangeLog.Page page) {
        log.error("The change log, which is at {}, has no revision {}", page.head(), missing);
        return FeedEndedException.gone("Revision " + missing + " is missing in the log.");
    }

    private ChangeLog.Page read(long after, int limit, boolean documents) {
        try {
            return changes.read(after, limit, documents);
        } catch (StoreUnavailableException e) {
            throw orEnded(e);
        }
    }

    private RuntimeException orEnded(StoreUnavailableException e) {
        return lost.getAsBoolean()
                ? FeedEndedException.otherHistory("Another history has taken the place of the store's.")
                : e;
    }
}
