package dev.mien.store.postgres;

import dev.mien.store.Document;
import dev.mien.store.DocumentJson;

/// A document as a transaction found it, or as it is going to leave it.
///
/// @param revision of its last change; or where that is part of this transaction, minus the change's position in it,
///     from 1, since the transaction learns its revisions only at its end
/// @param body the members that its owner wrote, as a JSON object
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Image(
        String collection, String id, long version, long revision, String createdAt, String updatedAt, byte[] body) {

    /// What a rule is asked about. A revision that is not known yet is negative and so equals none that a client holds.
    Document provisional(String incarnation) {
        return document(incarnation, revision);
    }

    /// @param base the revision before the first of this transaction
    Document committed(String incarnation, long base) {
        return document(incarnation, revision < 0 ? base - revision : revision);
    }

    private Document document(String incarnation, long known) {
        return new Document(
                id, version, known, incarnation, DocumentJson.finish(body, id, version, known, createdAt, updatedAt));
    }
}
