package dev.mien.store.copy;

import java.sql.SQLException;
import java.util.List;

/// One state of a whole store. Whatever others write meanwhile, every method answers from that state.
public interface Snapshot extends AutoCloseable {
    /// The collections, each before those that refer to it.
    List<String> COLLECTIONS = List.of("users", "personas", "labels");

    String ASSETS = "assets";
    String ASSET_USES = "asset_uses";
    String TOMBSTONES = "tombstones";
    String CHANGES = "changes";
    String RECEIPTS = "receipts";

    /// Takes rows one after another.
    interface Each<T> {
        void accept(T row) throws SQLException;
    }

    Head head() throws SQLException;

    /// The number of rows of one of [#COLLECTIONS], of [#ASSETS], [#ASSET_USES], [#TOMBSTONES], [#CHANGES] or
    /// [#RECEIPTS].
    long count(String table) throws SQLException;

    /// Every document of the collection, by id in the order of its bytes.
    void documents(String collection, Each<StoredDocument> each) throws SQLException;

    /// Every tombstone, by collection and id in the order of their bytes.
    void tombstones(Each<Tombstone> each) throws SQLException;

    /// Every change, by revision.
    void changes(Each<StoredChange> each) throws SQLException;

    /// Every receipt, by key in the order of its bytes.
    void receipts(Each<StoredReceipt> each) throws SQLException;

    /// Every file, by address.
    void assets(Each<StoredAsset> each) throws SQLException;

    /// Every use of a file, by persona and address in the order of their bytes.
    void uses(Each<AssetUse> each) throws SQLException;

    @Override
    void close();
}
