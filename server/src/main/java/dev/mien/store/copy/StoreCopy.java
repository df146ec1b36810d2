package dev.mien.store.copy;

import dev.mien.store.StoreUnavailableException;
import dev.mien.store.copy.Contents.Table;
import java.sql.SQLException;
import java.util.List;

/// Copies a whole store: every document with its versions, revisions and times, its history, the tombstones,
/// the receipts, and the files with who uses them.
///
/// **Invariant: a target is empty, or it holds a copy that was compared with its source and found equal.** All that a
/// copy writes is one transaction, and the comparison is part of it. A process that is killed, a connection that breaks
/// or a disk that is full leaves nothing, and the next run begins anew. Nobody else can write in between, since the
/// target holds the locks of its tables from before it is found empty until the end.
///
/// **Invariant: the source is one state**, that of the snapshot that was given.
public final class StoreCopy {
    private final Snapshot source;
    private final Target target;
    private final boolean newIncarnation;
    private final CopyProgress progress;

    /// What came of it.
    ///
    /// @param complete whether the target was complete before, and has only been compared
    /// @param head of the target
    /// @param source what was read there
    /// @param target what was read there
    /// @param differing tables in which the two differ; where there are any, nothing was written
    public record Result(boolean complete, Head head, List<Table> source, List<Table> target, List<String> differing) {}

    /// @param newIncarnation whether the target is another history from here on; else it continues the source's
    public StoreCopy(Snapshot source, Target target, boolean newIncarnation, CopyProgress progress) {
        this.source = source;
        this.target = target;
        this.newIncarnation = newIncarnation;
        this.progress = progress;
    }

    /// @throws StoreUnavailableException in one clear sentence, if the target holds something else, or either of the
    ///     two fails; nothing was written then, unless the sentence says that this is not known
    public Result run() {
        try {
            if (newIncarnation
                    && target.contents()
                            .head()
                            .incarnation()
                            .equals(source.head().incarnation())) {
                throw refused(
                        "the target holds a copy that has the source's incarnation, made without --new-incarnation");
            }
            return isEmpty(target.contents()) ? copy() : compare();
        } catch (SQLException | IllegalArgumentException e) {
            throw new StoreUnavailableException("cannot copy, and nothing was written: " + oneLine(e), e);
        }
    }

    private static boolean isEmpty(Snapshot store) throws SQLException {
        var head = store.head();
        boolean empty = head.revision() == 0 && head.floor() == 0 && store.count(Snapshot.CHANGES) == 0;
        for (String collection : Snapshot.COLLECTIONS) {
            empty = empty && store.count(collection) == 0;
        }
        return empty
                && store.count(Snapshot.TOMBSTONES) == 0
                && store.count(Snapshot.RECEIPTS) == 0
                && store.count(Snapshot.ASSETS) == 0;
    }

    private Result copy() throws SQLException {
        // An empty store has an incarnation of its own already, which nobody else has.
        var head = newIncarnation ? source.head().named(target.contents().head().incarnation()) : source.head();
        var read = Contents.read(source, target, "Copying", progress);
        target.end(head);
        var result = compareWith(new Contents(head, read.tables()), false);
        if (result.differing().isEmpty()) {
            commit();
        }
        return result;
    }

    private void commit() {
        try {
            target.commit();
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "nobody knows whether the copy was committed; run the same command again, which finds out: "
                            + oneLine(e),
                    e);
        }
    }

    /// The target holds something. It may be what an earlier run left.
    private Result compare() throws SQLException {
        var there = target.contents().head();
        var here = source.head();
        if (!newIncarnation && !there.incarnation().equals(here.incarnation())) {
            throw anotherHistory(there);
        }
        if (there.revision() != here.revision() || there.floor() != here.floor()) {
            throw newIncarnation
                    ? anotherHistory(there)
                    : refused("the target holds this history as of revision " + there.revision() + ", the source is at "
                            + here.revision() + ", so one of them was written since; to copy again, empty the target");
        }
        var read = Contents.read(source, RowSink.NOWHERE, "Reading", progress);
        return compareWith(new Contents(there, read.tables()), true);
    }

    private static StoreUnavailableException anotherHistory(Head there) {
        return refused(
                "the target holds another history (" + there.incarnation() + ", at revision " + there.revision() + ")");
    }

    private static StoreUnavailableException refused(String reason) {
        return new StoreUnavailableException(reason + "; nothing was changed");
    }

    private Result compareWith(Contents wanted, boolean complete) throws SQLException {
        var found = Contents.read(target.contents(), RowSink.NOWHERE, "Comparing", progress);
        return new Result(complete, found.head(), wanted.tables(), found.tables(), wanted.differences(found));
    }

    private static String oneLine(Exception e) {
        return String.join(
                "; ", String.valueOf(e.getMessage()).lines().map(String::strip).toList());
    }
}
