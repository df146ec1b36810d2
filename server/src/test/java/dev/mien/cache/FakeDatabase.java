package dev.mien.cache;

import dev.mien.api.RevisionToken;
import dev.mien.store.ChangeSource;
import dev.mien.store.Changes;
import dev.mien.store.Changes.Change;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Found;
import dev.mien.store.FoundVersion;
import dev.mien.store.History;
import dev.mien.store.HistoryConfig;
import dev.mien.store.Listing;
import dev.mien.store.Outcome;
import dev.mien.store.Pruned;
import dev.mien.store.Query;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import dev.mien.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// A database in memory that remembers every state it was in. Each statement is one atomic step, and a hook runs before
/// and after it, where a test may pause the thread, delay it or make it fail.
final class FakeDatabase implements Store, ChangeSource {
    static final Collection PERSONAS = new Collection("personas", List.of("name"), "");

    /// Where a statement is: sent and not begun, or done and not yet answered. Or a cache: about to apply a change,
    /// about to look how far it has come.
    enum Point {
        CHECK_SENT,
        CHECK_DONE,
        FIND_SENT,
        FIND_DONE,
        APPLYING,
        LOOKING
    }

    interface Hook {
        void at(Point point, String id);
    }

    private record Logged(Change change, Document document) {}

    final AtomicLong checks = new AtomicLong();
    final AtomicLong finds = new AtomicLong();
    volatile Hook hook = (point, id) -> {};
    volatile boolean refusing;
    volatile boolean outcomesUnknown;
    /// How many changes the server that is asked for documents is behind.
    volatile int lag;

    private final List<Logged> log = new ArrayList<>();
    private final Map<String, Logged> rows = new HashMap<>();
    private String incarnation = "one";
    private int timeline = 1;
    private long floor;
    private long missing;

    @Override
    public Changes changesAfter(long after, int limit) {
        checks.incrementAndGet();
        hook.at(Point.CHECK_SENT, "");
        refuseIfTold();
        Changes answer;
        synchronized (this) {
            var changes = log.subList((int) Math.min(after, log.size()), log.size()).stream()
                    .map(Logged::change)
                    .filter(change -> after > 0 && change.revision() > floor && change.revision() != missing)
                    .limit(limit)
                    .toList();
            answer = new Changes(head(), floor, "life " + timeline, changes);
        }
        hook.at(Point.CHECK_DONE, "");
        return answer;
    }

    @Override
    public Found find(Collection collection, String id) {
        finds.incrementAndGet();
        hook.at(Point.FIND_SENT, id);
        refuseIfTold();
        Found found;
        synchronized (this) {
            long asOf = (long) log.size() - lag;
            long last = lastChange(id, asOf);
            found = new Found(
                    last == 0 ? null : log.get((int) last - 1).document(), new RevisionToken(incarnation, asOf));
        }
        hook.at(Point.FIND_DONE, id);
        return found;
    }

    private void refuseIfTold() {
        if (refusing) {
            throw new StoreUnavailableException("told to refuse");
        }
    }

    @Override
    public synchronized Found findBy(Collection collection, String field, String value) {
        return rows.values().stream()
                .map(Logged::document)
                .filter(document -> document != null && text(document).equals(value))
                .findFirst()
                .map(document -> new Found(document, head()))
                .orElseGet(() -> new Found(null, head()));
    }

    @Override
    public synchronized Listing list(Collection collection, Query query) {
        var documents = rows.values().stream()
                .map(Logged::document)
                .filter(Objects::nonNull)
                .limit(query.limit())
                .toList();
        return new Listing(documents, false, head());
    }

    @Override
    public FoundVersion findVersion(Collection collection, String id, long version) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FoundVersion findRevision(Collection collection, String id, long revision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public History history(Collection collection, String id, long before, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome commit(Edit edit) {
        var committed = commitAtomically(edit);
        return outcomesUnknown ? new Outcome.Unknown("told so") : committed;
    }

    @Override
    public List<Supplier<Outcome>> commitAll(List<Edit> edits) {
        return edits.stream().<Supplier<Outcome>>map(edit -> () -> commit(edit)).toList();
    }

    @Override
    public Pruned prune(HistoryConfig rules, long after, Instant now) {
        throw new UnsupportedOperationException("it keeps all versions");
    }

    private synchronized Outcome commitAtomically(Edit edit) {
        var written = new ArrayList<Outcome.Written>();
        for (var step : edit.steps()) {
            byte[] body = switch (step) {
                case Step.Create create -> create.body();
                case Step.Change change ->
                    ((Rule.Replace) change.rule().decide(rows.get(change.id()).document())).body();
                case Step.Put put -> put.body();
                case Step.Save save -> save.body();
                case Step.Purge purge -> throw new UnsupportedOperationException();
            };
            write(step.id(), "update", body);
            written.add(new Outcome.Written(rows.get(step.id()).document(), true));
        }
        return new Outcome.Committed(written, head(), false);
    }

    /// Creates the document or changes it, as if by hand.
    ///
    /// @return its revision
    synchronized long put(String id, String text) {
        return write(id, rows.containsKey(id) ? "update" : "create", text.getBytes(StandardCharsets.UTF_8));
    }

    synchronized long delete(String id) {
        return write(id, "delete", null);
    }

    private long write(String id, String operation, byte[] json) {
        long revision = log.size() + 1L;
        var before = rows.get(id);
        long version = before == null ? 1 : before.change().version() + 1;
        var change = new Change(revision, PERSONAS.name(), id, version, operation);
        var document = json == null ? null : new Document(id, version, revision, incarnation, json);
        var logged = new Logged(change, document);
        log.add(logged);
        rows.put(id, logged);
        return revision;
    }

    static String text(Document document) {
        return new String(document.json(), StandardCharsets.UTF_8);
    }

    /// The revision of the last change of the document in this state or before; 0 for none.
    synchronized long lastChange(String id, long revision) {
        for (int i = (int) Math.min(revision, log.size()) - 1; i >= 0; i--) {
            if (log.get(i).change().id().equals(id)) {
                return i + 1L;
            }
        }
        return 0;
    }

    /// Whether the document was there after the change with this revision.
    synchronized boolean existedAfter(long revision) {
        return revision > 0 && log.get((int) revision - 1).document() != null;
    }

    synchronized RevisionToken head() {
        return new RevisionToken(incarnation, log.size());
    }

    /// The server ends and begins anew with all that it had.
    synchronized void restart() {
        timeline++;
    }

    /// Another server takes over, to which the last changes never came.
    synchronized void failOver(int lost) {
        timeline++;
        goBack(lost);
    }

    /// An older copy takes the place of the database.
    synchronized void restore(int lost, String newIncarnation) {
        goBack(lost);
        incarnation = newIncarnation;
    }

    private void goBack(int lost) {
        log.subList(log.size() - lost, log.size()).clear();
        rows.clear();
        log.forEach(logged -> rows.put(logged.change().id(), logged));
    }

    synchronized void trim() {
        floor = log.size();
    }

    /// From now on this change is not listed.
    synchronized void hide(long revision) {
        missing = revision;
    }

    @Override
    public RevisionToken lastSeen() {
        return new RevisionToken("one", 0);
    }

    @Override
    public void checkReady() {}

    @Override
    public boolean isLost() {
        return false;
    }

    @Override
    public void close() {}
}
