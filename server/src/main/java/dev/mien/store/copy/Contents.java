package dev.mien.store.copy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What a store holds, in short: where its log stands, and of each table the number of rows and a hash of all of them.
public record Contents(Head head, List<Table> tables) {
    /// @param sha256 over the rows in the order of their keys; of documents and their history, over the
    ///     JSON as it is served
    public record Table(String name, long rows, String sha256) {}

    /// Reads all that the snapshot holds, and hands each row on.
    static Contents read(Snapshot from, RowSink to, String verb, CopyProgress progress) throws SQLException {
        var tables = new ArrayList<Table>();
        var assets = new Reading(from, Snapshot.ASSETS, verb, progress);
        from.assets(asset -> {
            to.putAsset(asset);
            assets.add(
                    bytes(
                            asset.address(),
                            asset.type(),
                            Long.toString(asset.width()),
                            Long.toString(asset.height()),
                            asset.putAt()),
                    asset.bytes());
        });
        tables.add(assets.table());
        for (String collection : Snapshot.COLLECTIONS) {
            var reading = new Reading(from, collection, verb, progress);
            from.documents(collection, document -> {
                to.putDocument(collection, document);
                reading.add(document.json());
            });
            tables.add(reading.table());
        }
        to.beginLog();
        var tombstones = new Reading(from, Snapshot.TOMBSTONES, verb, progress);
        from.tombstones(tombstone -> {
            to.putTombstone(tombstone);
            tombstones.add(bytes(tombstone.collection(), tombstone.id(), Long.toString(tombstone.version())));
        });
        tables.add(tombstones.table());
        var changes = new Reading(from, Snapshot.CHANGES, verb, progress);
        from.changes(change -> {
            to.putChange(change);
            changes.add(bytes(change));
        });
        tables.add(changes.table());
        var receipts = new Reading(from, Snapshot.RECEIPTS, verb, progress);
        from.receipts(receipt -> {
            to.putReceipt(receipt);
            receipts.add(bytes(receipt.key(), receipt.fingerprint(), receipt.at(), receipt.written()));
        });
        tables.add(receipts.table());
        var uses = new Reading(from, Snapshot.ASSET_USES, verb, progress);
        from.uses(use -> {
            to.putUse(use);
            uses.add(bytes(use.personaId(), use.address()));
        });
        tables.add(uses.table());
        return new Contents(from.head(), List.copyOf(tables));
    }

    private static byte[] bytes(StoredChange stored) {
        var change = stored.change();
        return bytes(
                Long.toString(change.revision()),
                change.collection(),
                change.id(),
                Long.toString(change.version()),
                change.operation(),
                stored.at(),
                stored.actor(),
                stored.message(),
                stored.fields(),
                stored.document() == null ? "" : new String(stored.document().json(), StandardCharsets.UTF_8));
    }

    /// Each part with its length before it, so that no two rows make the same bytes.
    private static byte[] bytes(String... parts) {
        var text = new StringBuilder();
        for (String part : parts) {
            text.append(part.length()).append(':').append(part);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Names what is not as in `other`; empty where all is.
    List<String> differences(Contents other) {
        var names = new ArrayList<String>();
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).equals(other.tables.get(i))) {
                names.add(tables.get(i).name());
            }
        }
        if (!head.equals(other.head)) {
            names.add("log_head");
        }
        return names;
    }

    /// A table that is being read.
    private static final class Reading {
        private final String table;
        private final String what;
        private final CopyProgress progress;
        private final long all;
        private final MessageDigest sha256;
        private long rows;

        Reading(Snapshot from, String table, String verb, CopyProgress progress) throws SQLException {
            this.table = table;
            this.what = verb + " " + table;
            this.progress = progress;
            this.all = from.count(table);
            try {
                this.sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has it", e);
            }
        }

        /// Each part of a row with its length before it, so that no two lists of rows make the same bytes.
        void add(byte[]... row) {
            for (byte[] part : row) {
                sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
                sha256.update(part);
            }
            rows++;
            progress.show(what, rows, all);
        }

        Table table() {
            return new Table(table, rows, HexFormat.of().formatHex(sha256.digest()));
        }
    }
}
