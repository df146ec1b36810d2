package dev.mien.feed;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeLog;
import dev.mien.store.Document;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// A change log in memory that can be broken in every way.
final class FakeLog implements ChangeLog {
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private String incarnation = "first";
    private long head;
    private long floor;
    private boolean unreachable;
    private boolean lost;
    private int reads;

    synchronized RevisionToken append(String id) {
        head++;
        byte[] json = ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
        var document = new Document(id, head, head, incarnation, json);
        entries.put(
                head,
                new Entry("personas", new Version(id, head, head, "update", "now", "", "", List.of("name"), document)));
        return new RevisionToken(incarnation, head);
    }

    synchronized void remove(long revision) {
        entries.remove(revision);
    }

    synchronized void trim(long upTo) {
        floor = upTo;
        entries.headMap(upTo, true).clear();
    }

    synchronized void replace() {
        incarnation = "second";
    }

    synchronized void unreachable(boolean on) {
        unreachable = on;
    }

    synchronized void lose() {
        unreachable = true;
        lost = true;
    }

    synchronized boolean isLost() {
        return lost;
    }

    synchronized int reads() {
        return reads;
    }

    @Override
    public synchronized RevisionToken peek() {
        if (unreachable) {
            throw new StoreUnavailableException("unreachable");
        }
        return new RevisionToken(incarnation, head);
    }

    @Override
    public synchronized Page read(long after, int limit, boolean documents) {
        reads++;
        var token = peek();
        var found = new ArrayList<Entry>();
        entries.tailMap(after, false).values().stream()
                .limit(limit)
                .map(entry -> documents ? entry : withoutDocument(entry))
                .forEach(found::add);
        return new Page(token, floor, found);
    }

    private static Entry withoutDocument(Entry entry) {
        var v = entry.version();
        return new Entry(
                entry.collection(),
                new Version(
                        v.id(),
                        v.version(),
                        v.revision(),
                        v.operation(),
                        v.at(),
                        v.actor(),
                        v.message(),
                        v.fields(),
                        null));
    }
}
