package dev.mien.store.copy;

import java.sql.SQLException;

/// Takes the rows of a whole store: the files; the documents, collection by collection; then the tombstones, the
/// changes, the receipts, and who uses which file.
public interface RowSink {
    /// Takes rows and does nothing with them.
    RowSink NOWHERE = new RowSink() {
        @Override
        public void putAsset(StoredAsset asset) {}

        @Override
        public void putDocument(String collection, StoredDocument document) {}

        @Override
        public void beginLog() {}

        @Override
        public void putTombstone(Tombstone tombstone) {}

        @Override
        public void putChange(StoredChange change) {}

        @Override
        public void putReceipt(StoredReceipt receipt) {}

        @Override
        public void putUse(AssetUse use) {}
    };

    void putAsset(StoredAsset asset) throws SQLException;

    void putDocument(String collection, StoredDocument document) throws SQLException;

    /// All documents are there.
    void beginLog() throws SQLException;

    void putTombstone(Tombstone tombstone) throws SQLException;

    void putChange(StoredChange change) throws SQLException;

    void putReceipt(StoredReceipt receipt) throws SQLException;

    void putUse(AssetUse use) throws SQLException;
}
