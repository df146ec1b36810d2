package dev.mien.store;

import dev.mien.api.RevisionToken;
import java.util.List;

/// The change log with all that it says, for those who tell others of changes. [ChangeSource] is the short form.
public interface ChangeLog {

    /// Where the log stands, as cheaply as can be found out. It is a hint: only [#read] vouches for what it says.
    ///
    /// @throws StoreUnavailableException if the store cannot be asked
    RevisionToken peek();

    /// The changes after `after`, and where the log stands, all of one snapshot. A strong read: the head has everything
    /// that was acknowledged before it began.
    ///
    /// @param limit most changes to return, the oldest first; there may be fewer, but one if there is any
    /// @param documents whether to read the documents too
    /// @throws StoreUnavailableException if that cannot be established
    Page read(long after, int limit, boolean documents);

    /// A part of the log.
    ///
    /// @param floor changes up to here were trimmed
    /// @param entries in the order of their revisions
    record Page(RevisionToken head, long floor, List<Entry> entries) implements AsOf {
        @Override
        public RevisionToken asOf() {
            return head;
        }
    }

    /// One change of one document.
    ///
    /// @param collection the name of the document's collection
    record Entry(String collection, Version version) {}
}
