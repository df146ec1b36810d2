package dev.mien.checker.history;

/// What a client asked for.
public enum Kind {
    /// Makes a document that does not exist, or that was deleted, from a whole set of fields.
    CREATE(true),
    GET(false),
    /// A read that names the version the client holds; the answer 304 is a read of that version.
    CONDITIONAL_GET(false),
    /// Replaces the fields it carries and keeps the others.
    PATCH(true),
    /// A patch that names the version it edits.
    PATCH_IF_MATCH(true),
    /// Replaces all fields, and makes the document where there is none.
    PUT(true),
    /// A soft delete: it makes a version in which [Fields#ACTIVE] is `false`.
    DELETE(true),
    /// Makes the fields of an earlier version those of the next one.
    RESTORE(true),
    /// One document of a list or a search, which may show only some of its fields.
    LIST_ENTRY(false),
    /// A user found by name instead of by id.
    BY_USERNAME(false),
    /// The version that a label names which follows the newest one by itself.
    LABELLED(false),
    /// The newest version of a history, which shows none of the fields.
    HISTORY(false),
    /// One document that a search found.
    FOUND(false),
    /// A version that was asked for by its number, which the operation names, or by a label, which it does not.
    VERSION(false),
    /// One change of a page of the feed that reached the end of the log, without a wait: it is as fresh as any read.
    CHANGE_LISTED(false),
    /// One change that came through a stream of the feed, or in a page that waited or went on.
    CHANGE_TOLD(false),
    /// One row of a bulk statement that went past the server, straight to the database. It works like a patch.
    SQL_UPDATE(true),
    /// A read through one worker after all clients had stopped: a part of the [FinalState].
    AT_REST(false);

    private final boolean write;

    Kind(boolean write) {
        this.write = write;
    }

    public boolean isWrite() {
        return write;
    }

    /// Whether a write of this kind leaves nothing of the version before it.
    public boolean replacesAll() {
        return this == CREATE || this == PUT || this == RESTORE;
    }

    /// Whether an answer may leave out fields that the document has.
    public boolean showsOnlySome() {
        return this == LIST_ENTRY || this == HISTORY;
    }

    /// Whether an answer tells that a version was made, and not that it is the newest.
    public boolean isOfThePast() {
        return this == VERSION || isChange();
    }

    /// Whether it is heard from the feed.
    public boolean isChange() {
        return this == CHANGE_LISTED || this == CHANGE_TOLD;
    }
}
