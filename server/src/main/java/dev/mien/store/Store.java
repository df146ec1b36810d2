package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/// Documents, kept durably.
///
/// Reads are strong: each reflects every edit that was acknowledged, through any worker, before the read began. They
/// throw [StoreUnavailableException] where that cannot be established. A [ReadMode] may ask for less, or name a state
/// that must be reached.
public interface Store extends AutoCloseable {

    Found find(Collection collection, String id);

    /// The document whose unique member `field` is `value`.
    Found findBy(Collection collection, String field, String value);

    Listing list(Collection collection, Query query);

    /// One version of a document.
    FoundVersion findVersion(Collection collection, String id, long version);

    /// The version that a document had as of one of its revisions.
    FoundVersion findRevision(Collection collection, String id, long revision);

    /// The versions of a document.
    ///
    /// @param before only versions below this one; [Long#MAX_VALUE] to begin with the newest
    /// @param limit most versions to return
    History history(Collection collection, String id, long before, int limit);

    /// As [#find(Collection, String)], where a store may answer with something weaker if `mode` allows it.
    default Found find(Collection collection, String id, ReadMode mode) {
        var found = find(collection, id);
        mode.requireMetBy(found.asOf());
        return found;
    }

    /// As [#findBy(Collection, String, String)], where a store may answer with something weaker if `mode` allows it.
    default Found findBy(Collection collection, String field, String value, ReadMode mode) {
        var found = findBy(collection, field, value);
        mode.requireMetBy(found.asOf());
        return found;
    }

    /// As [#list(Collection, Query)], where a store may answer with something weaker if `mode` allows it.
    default Listing list(Collection collection, Query query, ReadMode mode) {
        var listing = list(collection, query);
        mode.requireMetBy(listing.asOf());
        return listing;
    }

    /// Waits until the edit is on disk or certainly not going to be, or until its time is up.
    /// An exception of a step's [Rule] refuses the edit and is thrown here.
    Outcome commit(Edit edit);

    /// Hands over all of them at once, to be carried out in their order, each for itself.
    ///
    /// @return for each edit what waits for its outcome, as [#commit(Edit)] does; to be asked in their order
    List<Supplier<Outcome>> commitAll(List<Edit> edits);

    /// Erases the documents of versions that no rule keeps, among the changes behind a revision. Does a bounded part of
    /// it and hinders no writer for long. The versions stay in the history, without their documents.
    ///
    /// @param after a revision; 0 to begin
    /// @param now what the age of a version is counted from
    Pruned prune(HistoryConfig rules, long after, Instant now);

    /// Takes a bounded step at erasing from the database's files what a purge has removed, where the database leaves it
    /// there for a while by itself. Hinders no writer for long.
    ///
    /// @return whether another step has to follow
    default boolean scrub() {
        return false;
    }

    /// The newest state that this worker has seen, without asking the database. For answers that reflect no document.
    RevisionToken lastSeen();

    /// Asks the database.
    ///
    /// @throws StoreUnavailableException with the reason, if reads or writes would be answered with 503
    void checkReady();

    /// Whether the history that this store served is gone for good, so that only a new start helps.
    boolean isLost();

    @Override
    void close();
}
