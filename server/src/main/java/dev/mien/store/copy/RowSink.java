package dev.mien.store.copy;

import dev.mien.store.Changes.Change;
import java.sql.SQLException;

/// Takes the rows of a whole store: documents, collection by collection; then the tombstones; then the changes.
public interface RowSink {
    /// Takes rows and does nothing with them.
    RowSink NOWHERE = new RowSink() {
        @Override
        public void putDocument(String collection, StoredDocument document) {}

        @Override
        public void beginLog() {}

        @Override
        public void putTombstone(Tombstone tombstone) {}

        @Override
        public void putChange(Change change) {}
    };

    void putDocument(String collection, StoredDocument document) throws SQLException;

    /// All documents are there.
    void beginLog() throws SQLException;

    void putTombstone(Tombstone tombstone) throws SQLException;

    void putChange(Change change) throws SQLException;
}
