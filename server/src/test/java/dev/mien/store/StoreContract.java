package dev.mien.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.mien.api.Violation;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Outcome.Conflict;
import dev.mien.store.Outcome.NotFound;
import dev.mien.store.Outcome.Refused;
import dev.mien.store.Outcome.Taken;
import dev.mien.store.Outcome.Written;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What every [Store] promises.
public interface StoreContract {
    Collection PERSONAS = new Collection("personas", List.of(), "owner_id");
    Collection USERS = new Collection("users", List.of("username", "email"), "");
    JsonMapper JSON = new JsonMapper();
    TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();

    /// The store under test, empty when a test begins.
    Store store();

    @Test
    default void create_new_isFoundAsItWasAnswered() {
        String id = newId();

        var written = committed(create(PERSONAS, id, Map.of("name", "Ophelia", "tags", List.of("a"))))
                .written();

        assertThat(written).hasSize(1).first().satisfies(first -> {
            assertThat(first.changed()).isTrue();
            assertThat(first.document().version()).isEqualTo(1);
            assertThat(first.document().json()).isEqualTo(document(PERSONAS, id).json());
            assertThat(first.document().etag()).isEqualTo(document(PERSONAS, id).etag());
        });
        var json = json(PERSONAS, id);
        assertThat(json.get("id").stringValue()).isEqualTo(id);
        assertThat(json.get("name").stringValue()).isEqualTo("Ophelia");
        assertThat(json.get("version").longValue()).isEqualTo(1);
        assertThat(json.get("revision").longValue())
                .isEqualTo(written.getFirst().document().revision());
        assertThat(json.get("created_at").stringValue())
                .matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(json.get("updated_at")).isEqualTo(json.get("created_at"));
    }

    @Test
    default void find_unknownId_isEmptyAndStillSaysAsOf() {
        var before =
                committed(create(PERSONAS, newId(), Map.of("name", "Ophelia"))).asOf();

        var found = store().find(PERSONAS, newId());

        assertThat(found.document()).isNull();
        assertThat(found.asOf()).isEqualTo(before);
    }

    @Test
    default void findBy_uniqueMember_findsTheOne() {
        String id = createUser("ophelia", "Ophelia@Elsinore.example");
        createUser("hamlet", null);

        assertThat(store().findBy(USERS, "username", "ophelia").document().id()).isEqualTo(id);
        assertThat(store().findBy(USERS, "email", "ophelia@elsinore.EXAMPLE")
                        .document()
                        .id())
                .isEqualTo(id);
        assertThat(store().findBy(USERS, "username", "gertrude").document()).isNull();
        assertThatThrownBy(() -> store().findBy(USERS, "bio", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void findBy_renamed_isFoundByTheNewNameOnly() {
        String id = createUser("ophelia", null);

        var outcome = change(USERS, id, put("username", "queen"));

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(store().findBy(USERS, "username", "ophelia").document()).isNull();
        assertThat(store().findBy(USERS, "username", "queen").document().id()).isEqualTo(id);
    }

    @Test
    default void change_existing_answersWithTheDocumentAsCommitted() {
        String id = createPersona("Ophelia");
        var before = json(PERSONAS, id);

        var written = committed(change(PERSONAS, id, put("name", "Gertrude")))
                .written()
                .getFirst();

        assertThat(written.changed()).isTrue();
        assertThat(written.document().version()).isEqualTo(2);
        assertThat(written.document().json()).isEqualTo(document(PERSONAS, id).json());
        assertThat(json(PERSONAS, id).get("name").stringValue()).isEqualTo("Gertrude");
        assertThat(json(PERSONAS, id).get("created_at")).isEqualTo(before.get("created_at"));
    }

    @Test
    default void change_unknownId_isNotFound() {
        var outcome = change(PERSONAS, newId(), put("name", "Nobody"));

        assertThat(outcome).isInstanceOf(NotFound.class);
    }

    @Test
    default void change_manyTimes_versionsAndRevisionsHaveNoGap() {
        String id = createPersona("Ophelia");
        long first = document(PERSONAS, id).version();
        long revision = store().find(PERSONAS, id).asOf().revision();

        var written = new ArrayList<Written>();
        for (int i = 0; i < 5; i++) {
            written.addAll(
                    committed(change(PERSONAS, id, put("name", "Ophelia " + i))).written());
        }

        assertThat(first).isEqualTo(1);
        assertThat(written).extracting(each -> each.document().version()).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(written)
                .extracting(each -> each.document().revision())
                .containsExactly(revision + 1, revision + 2, revision + 3, revision + 4, revision + 5);
    }

    @Test
    default void change_everyVersion_hasAnotherETag() {
        String id = createPersona("Ophelia");
        String first = document(PERSONAS, id).etag();

        change(PERSONAS, id, put("name", "Gertrude"));
        String second = document(PERSONAS, id).etag();
        change(PERSONAS, id, put("name", "Ophelia"));

        assertThat(List.of(first, second, document(PERSONAS, id).etag())).doesNotHaveDuplicates();
    }

    @Test
    default void change_staleVersion_conflictsAndKeepsTheNewerDocument() {
        String id = createPersona("Ophelia");
        String stale = document(PERSONAS, id).etag();
        change(PERSONAS, id, put("name", "Ophelia of Elsinore"));

        var outcome = change(PERSONAS, id, isAt(stale), put("name", "Hamlet"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.current().version()).isEqualTo(2));
        assertThat(json(PERSONAS, id).get("name").stringValue()).isEqualTo("Ophelia of Elsinore");
        assertThat(document(PERSONAS, id).version()).isEqualTo(2);
    }

    @Test
    default void change_keep_sameVersionAndNoNewRevision() {
        String id = createPersona("Ophelia");
        var before = store().find(PERSONAS, id);

        var outcome = committed(change(PERSONAS, id, current -> new Rule.Keep()));

        assertThat(outcome.asOf()).isEqualTo(before.asOf());
        assertThat(outcome.written().getFirst().changed()).isFalse();
        assertThat(outcome.written().getFirst().document().revision())
                .isEqualTo(before.asOf().revision());
        assertThat(outcome.written().getFirst().document().json())
                .isEqualTo(before.document().json());
        assertThat(document(PERSONAS, id).json()).isEqualTo(before.document().json());
    }

    @Test
    default void change_refused_leavesEverythingAsItWas() {
        String id = createPersona("Ophelia");
        var before = store().find(PERSONAS, id);
        var violations = List.of(new Violation("/name", "is too long"));

        var outcome = change(PERSONAS, id, current -> new Rule.Refuse(violations));

        assertThat(outcome).isEqualTo(new Refused(0, violations, before.asOf()));
        assertThat(document(PERSONAS, id).json()).isEqualTo(before.document().json());
    }

    @Test
    default void commit_ruleThrows_throwsAndLeavesNothing() {
        String other = newId();
        String id = createPersona("Ophelia");
        var before = store().find(PERSONAS, id);
        var edit = new Edit(List.of(
                new Step.Create(PERSONAS, other, bytes(Map.of("name", "Hamlet"))),
                new Step.Change(PERSONAS, id, any -> true, current -> {
                    throw new IllegalStateException("broken on purpose");
                })));

        assertThatThrownBy(() -> store().commit(edit))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken on purpose");

        assertThat(store().find(PERSONAS, other).document()).isNull();
        assertThat(store().find(PERSONAS, id).asOf()).isEqualTo(before.asOf());
        assertThat(change(PERSONAS, id, put("name", "Gertrude"))).isInstanceOf(Committed.class);
    }

    @Test
    default void commit_ruleSees_theCurrentDocument() {
        String id = createPersona("Ophelia");
        change(PERSONAS, id, put("name", "Gertrude"));
        var seen = new ArrayList<Long>();

        change(PERSONAS, id, current -> {
            seen.add(current.version());
            return new Rule.Keep();
        });

        assertThat(seen).isNotEmpty().containsOnly(2L);
    }

    @Test
    default void commit_severalSteps_allHappen() {
        String user = newId();
        String persona = newId();
        var edit = new Edit(List.of(
                new Step.Create(USERS, user, bytes(Map.of("username", "hamlet"))),
                new Step.Create(PERSONAS, persona, bytes(Map.of("name", "Hamlet", "owner_id", user))),
                new Step.Change(PERSONAS, persona, any -> true, put("name", "Prince Hamlet"))));

        var outcome = committed(store().commit(edit));

        assertThat(outcome.written())
                .extracting(each -> each.document().version())
                .containsExactly(1L, 1L, 2L);
        assertThat(json(PERSONAS, persona).get("name").stringValue()).isEqualTo("Prince Hamlet");
        assertThat(store().find(USERS, user).asOf()).isEqualTo(outcome.asOf());
        assertThat(outcome.asOf().revision())
                .isEqualTo(outcome.written().getLast().document().revision());
    }

    @Test
    default void commit_secondStepTaken_firstIsAbsentToo() {
        createUser("hamlet", null);
        var before = store().lastSeen();
        String first = newId();
        var edit = new Edit(List.of(
                new Step.Create(USERS, first, bytes(Map.of("username", "ophelia"))),
                new Step.Create(USERS, newId(), bytes(Map.of("username", "hamlet")))));

        var outcome = store().commit(edit);

        assertThat(outcome).isInstanceOfSatisfying(Taken.class, taken -> {
            assertThat(taken.step()).isEqualTo(1);
            assertThat(taken.field()).isEqualTo("username");
        });
        assertThat(store().find(USERS, first).document()).isNull();
        assertThat(store().find(USERS, first).asOf()).isEqualTo(before);
    }

    @Test
    default void commit_secondStepNotFoundOrConflict_firstIsAbsentToo() {
        String id = createPersona("Ophelia");
        var before = store().lastSeen();
        String first = newId();
        var create = new Step.Create(PERSONAS, first, bytes(Map.of("name", "Hamlet")));

        var missing = store().commit(
                        new Edit(List.of(create, new Step.Change(PERSONAS, newId(), any -> true, put("name", "x")))));
        var stale = store().commit(
                        new Edit(List.of(create, new Step.Change(PERSONAS, id, any -> false, put("name", "x")))));

        assertThat(missing).isInstanceOf(NotFound.class);
        assertThat(stale).isInstanceOf(Conflict.class);
        assertThat(store().find(PERSONAS, first)).isEqualTo(new Found(null, before));
    }

    @Test
    default void create_uniqueMemberOfAnother_isTaken() {
        createUser("ophelia", "o@elsinore.example");

        var username = create(USERS, newId(), Map.of("username", "ophelia"));
        var email = create(USERS, newId(), Map.of("username", "other", "email", "O@Elsinore.example"));

        assertThat(username)
                .isInstanceOfSatisfying(
                        Taken.class, taken -> assertThat(taken.field()).isEqualTo("username"));
        assertThat(email)
                .isInstanceOfSatisfying(
                        Taken.class, taken -> assertThat(taken.field()).isEqualTo("email"));
        assertThat(all(USERS, new Query(10, null, null, null, null))).hasSize(1);
    }

    @Test
    default void create_uniqueMemberAbsentInSeveral_isNotTaken() {
        createUser("ophelia", null);

        var outcome = create(USERS, newId(), Map.of("username", "hamlet"));

        assertThat(outcome).isInstanceOf(Committed.class);
    }

    @Test
    default void change_toAUniqueMemberOfAnother_isTaken() {
        createUser("ophelia", null);
        String hamlet = createUser("hamlet", null);

        var outcome = change(USERS, hamlet, put("username", "ophelia"));

        assertThat(outcome).isInstanceOf(Taken.class);
        assertThat(json(USERS, hamlet).get("username").stringValue()).isEqualTo("hamlet");
    }

    @Test
    default void reference_toWhatIsMissing_isRefused() {
        String id = createPersona("Ophelia");

        var created = create(PERSONAS, newId(), Map.of("name", "Hamlet", "owner_id", "nobody"));
        var changed = change(PERSONAS, id, put("owner_id", "nobody"));

        for (var outcome : List.of(created, changed)) {
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.violations())
                                    .extracting(Violation::pointer)
                                    .containsExactly("/owner_id"));
        }
        assertThat(document(PERSONAS, id).version()).isEqualTo(1);
    }

    @Test
    default void reference_toWhatExists_isCommitted() {
        String user = createUser("ophelia", null);

        var outcome = create(PERSONAS, newId(), Map.of("name", "Ophelia", "owner_id", user));

        assertThat(outcome).isInstanceOf(Committed.class);
    }

    @Test
    default void list_pages_areNewestFirstWithoutGapOrRepeat() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 25; i++) {
            ids.add(createPersona("Guest " + i));
        }

        var listed = new ArrayList<String>();
        String before = null;
        boolean more = true;
        while (more) {
            var page = store().list(PERSONAS, new Query(10, before, null, null, null));
            page.documents().forEach(document -> listed.add(document.id()));
            before = page.documents().getLast().id();
            more = page.hasMore();
            createPersona("Comes while others read");
        }

        Collections.reverse(ids);
        assertThat(listed).isEqualTo(ids);
    }

    @Test
    default void list_exactlyOnePage_hasNoMore() {
        IntStream.range(0, 10).forEach(i -> createPersona("Guest " + i));

        var page = store().list(PERSONAS, new Query(10, null, null, null, null));
        var shorter = store().list(PERSONAS, new Query(9, null, null, null, null));

        assertThat(page.documents()).hasSize(10);
        assertThat(page.hasMore()).isFalse();
        assertThat(shorter.documents()).hasSize(9);
        assertThat(shorter.hasMore()).isTrue();
    }

    @Test
    default void list_empty_stillSaysAsOf() {
        var page = store().list(PERSONAS, new Query(10, null, null, null, null));

        assertThat(page.documents()).isEmpty();
        assertThat(page.hasMore()).isFalse();
        assertThat(page.asOf()).isEqualTo(store().lastSeen());
    }

    @Test
    default void list_filters_andTheirCombinations() {
        String owner = createUser("ophelia", null);
        String other = createUser("hamlet", null);
        var filtered = new ArrayList<Map<String, Object>>();
        for (String of : List.of(owner, other)) {
            for (String tag : List.of("queen", "ghost")) {
                for (boolean active : List.of(true, false)) {
                    filtered.add(Map.of("name", "x", "owner_id", of, "tags", List.of("all", tag), "is_active", active));
                }
            }
        }
        filtered.forEach(body -> create(PERSONAS, newId(), body));
        createPersona("Without any of them");

        for (Boolean active : new Boolean[] {null, true, false}) {
            for (String of : new String[] {null, owner}) {
                for (String tag : new String[] {null, "queen", "all", "none"}) {
                    long expected = filtered.stream()
                                    .filter(body -> active == null
                                            || body.get("is_active").equals(active))
                                    .filter(body ->
                                            of == null || body.get("owner_id").equals(of))
                                    .filter(body -> tag == null || ((List<?>) body.get("tags")).contains(tag))
                                    .count()
                            + (of == null && tag == null && !Boolean.FALSE.equals(active) ? 1 : 0);
                    for (int limit : new int[] {1, 3, 100}) {
                        var found = all(PERSONAS, new Query(limit, null, active, of, tag));
                        assertThat(found)
                                .as("active=%s owner=%s tag=%s limit=%s", active, of, tag, limit)
                                .hasSize((int) expected)
                                .doesNotHaveDuplicates()
                                .isSortedAccordingTo(Collections.reverseOrder());
                    }
                }
            }
        }
    }

    @Test
    default void list_tagTwiceInOneDocument_listsItOnce() {
        String id = newId();
        create(PERSONAS, id, Map.of("name", "Ophelia", "tags", List.of("a", "a", "b")));

        var found = all(PERSONAS, new Query(10, null, null, null, "a"));

        assertThat(found).containsExactly(id);
    }

    @Test
    default void list_tagsChanged_followsAtOnce() {
        String id = newId();
        create(PERSONAS, id, Map.of("name", "Ophelia", "tags", List.of("a", "b")));

        change(PERSONAS, id, put("tags", List.of("b", "c")));

        assertThat(all(PERSONAS, new Query(10, null, null, null, "a"))).isEmpty();
        assertThat(all(PERSONAS, new Query(10, null, null, null, "b"))).containsExactly(id);
        assertThat(all(PERSONAS, new Query(10, null, null, null, "c"))).containsExactly(id);
    }

    @Test
    default void commit_differentMembersAtOnce_noneIsLost() throws Exception {
        int writers = 8;
        int rounds = 40;
        String id = createPersona("Ophelia");

        inParallel(writers, writer -> {
            for (int round = 0; round < rounds; round++) {
                assertThat(change(PERSONAS, id, put("note_" + writer + "_" + round, round)))
                        .isInstanceOf(Committed.class);
            }
            return null;
        });

        var json = json(PERSONAS, id);
        for (int writer = 0; writer < writers; writer++) {
            for (int round = 0; round < rounds; round++) {
                assertThat(json.has("note_" + writer + "_" + round)).isTrue();
            }
        }
        assertThat(document(PERSONAS, id).version()).isEqualTo(1 + writers * rounds);
    }

    @Test
    default void commit_sameVersionExpectedByMany_onlyOneWins() throws Exception {
        String id = createPersona("Ophelia");
        String etag = document(PERSONAS, id).etag();

        var outcomes = inParallel(8, writer -> change(PERSONAS, id, isAt(etag), put("name", "Writer " + writer)));

        assertThat(outcomes).filteredOn(Committed.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(Conflict.class::isInstance).hasSize(7);
        assertThat(document(PERSONAS, id).version()).isEqualTo(2);
    }

    @Test
    default void commit_sameNameTakenByMany_onlyOneWins() throws Exception {
        var outcomes = inParallel(8, writer -> create(USERS, newId(), Map.of("username", "ophelia")));

        assertThat(outcomes).filteredOn(Committed.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(Taken.class::isInstance).hasSize(7);
    }

    @Test
    default void read_afterAnAcknowledgement_seesIt() throws Exception {
        String id = createUser("ophelia", null);
        var acknowledged = new AtomicLong(1);
        var newestToken = new AtomicLong();
        var done = new AtomicBoolean();
        var query = new Query(10, null, null, null, null);

        inParallel(6, member -> {
            if (member < 2) {
                try {
                    for (int round = 0; round < 150; round++) {
                        var written = committed(change(USERS, id, put("bio_" + member, round)))
                                .written();
                        acknowledged.accumulateAndGet(
                                written.getFirst().document().version(), Math::max);
                    }
                } finally {
                    done.set(true);
                }
            }
            while (!done.get()) {
                long floor = acknowledged.get();
                long tokenFloor = newestToken.get();
                long version = 0;
                long token = 0;
                switch (member % 3) {
                    case 0 -> {
                        var found = store().find(USERS, id);
                        version = found.document().version();
                        token = found.asOf().revision();
                    }
                    case 1 -> {
                        var found = store().findBy(USERS, "username", "ophelia");
                        version = found.document().version();
                        token = found.asOf().revision();
                    }
                    default -> {
                        var found = store().list(USERS, query);
                        version = found.documents().getFirst().version();
                        token = found.asOf().revision();
                    }
                }
                assertThat(version).isGreaterThanOrEqualTo(floor);
                assertThat(token).isGreaterThanOrEqualTo(tokenFloor);
                newestToken.accumulateAndGet(token, Math::max);
            }
            return null;
        });

        assertThat(document(USERS, id).version()).isGreaterThan(150);
    }

    @Test
    default void lastSeen_afterACommit_isNotBehindIt() {
        var outcome = committed(create(PERSONAS, newId(), Map.of("name", "Ophelia")));

        assertThat(store().lastSeen()).isEqualTo(outcome.asOf());
    }

    @Test
    default void checkReady_workingStore_isReady() {
        store().checkReady();

        assertThat(store().isLost()).isFalse();
    }

    // What the tests above are written in.

    default String newId() {
        return IDS.generate().toString();
    }

    default Outcome create(Collection collection, String id, Map<String, ?> body) {
        return store().commit(Edit.of(new Step.Create(collection, id, bytes(body))));
    }

    default String createPersona(String name) {
        String id = newId();
        committed(create(PERSONAS, id, Map.of("name", name)));
        return id;
    }

    default String createUser(String username, String email) {
        String id = newId();
        committed(create(
                USERS,
                id,
                email == null ? Map.of("username", username) : Map.of("username", username, "email", email)));
        return id;
    }

    default Outcome change(Collection collection, String id, Rule rule) {
        return change(collection, id, any -> true, rule);
    }

    default Outcome change(Collection collection, String id, Predicate<Document> expected, Rule rule) {
        return store().commit(Edit.of(new Step.Change(collection, id, expected, rule)));
    }

    default Rule put(String member, Object value) {
        return current -> {
            var body = ((ObjectNode) JSON.readTree(current.json()))
                    .without(List.of("id", "version", "revision", "created_at", "updated_at"));
            body.set(member, JSON.valueToTree(value));
            return new Rule.Replace(JSON.writeValueAsBytes(body));
        };
    }

    default Predicate<Document> isAt(String etag) {
        return document -> document.etag().equals(etag);
    }

    default Committed committed(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Committed.class);
        return (Committed) outcome;
    }

    default Document document(Collection collection, String id) {
        return store().find(collection, id).document();
    }

    default JsonNode json(Collection collection, String id) {
        return JSON.readTree(document(collection, id).json());
    }

    /// The ids of all pages of the query.
    default List<String> all(Collection collection, Query query) {
        var ids = new ArrayList<String>();
        var page = store().list(collection, query);
        page.documents().forEach(document -> ids.add(document.id()));
        while (page.hasMore()) {
            page = store().list(
                            collection,
                            new Query(query.limit(), ids.getLast(), query.active(), query.owner(), query.tag()));
            page.documents().forEach(document -> ids.add(document.id()));
        }
        return ids;
    }

    default byte[] bytes(Map<String, ?> body) {
        return JSON.writeValueAsBytes(body);
    }

    /// One member's share of a task.
    interface Share<T> {
        T run(int member) throws Exception;
    }

    default <T> List<T> inParallel(int members, Share<T> share) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(members)) {
            List<Callable<T>> tasks = IntStream.range(0, members)
                    .<Callable<T>>mapToObj(member -> () -> share.run(member))
                    .toList();
            var results = new ArrayList<T>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        }
    }
}
