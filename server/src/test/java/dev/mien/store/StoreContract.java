package dev.mien.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

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
import java.util.Random;
import java.util.TreeMap;
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
    Collection LABELS = new Collection("labels", List.of(), "persona_id");
    Collection USERS = new Collection("users", List.of("username", "email"), "");
    JsonMapper JSON = new JsonMapper();
    TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();

    /// The store under test, empty when a test begins.
    Store store();

    /// Another worker's store on the same database, to be closed by who asked for it.
    default Store another() {
        throw new UnsupportedOperationException();
    }

    /// The stores of workers that write at the same time, [#store()] among them.
    default List<Store> workers() {
        return List.of(store());
    }

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
    default void search_everyMemberThatIsSearched_isLookedInto() {
        var ids = new ArrayList<String>();
        for (String member : List.of(
                "name",
                "nickname",
                "description",
                "appearance",
                "personality",
                "system_prompt",
                "scenario",
                "greeting",
                "example_dialogue",
                "post_history_instructions")) {
            var body = new TreeMap<String, Object>(Map.of("name", "x"));
            body.put(member, "By the harbour, she said.");
            ids.add(createPersona(body));
        }
        for (String member : List.of("content_themes", "tags", "alternate_greetings")) {
            ids.add(createPersona(Map.of("name", "x", member, List.of("first", "At the Harbour."))));
        }
        createPersona(Map.of("name", "x", "creator_notes", "harbour", "attributes", Map.of("harbour", "harbour")));

        assertThat(found("harbour")).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(found("\"the harbour\"")).hasSize(13);
    }

    @Test
    default void search_severalWords_allHaveToBeThere() {
        String both = createPersona(Map.of("name", "A", "greeting", "one two", "tags", List.of("three")));
        createPersona(Map.of("name", "B", "greeting", "one"));

        assertThat(found("one three")).containsExactly(both);
        assertThat(found("three, one!")).containsExactly(both);
        assertThat(found("one four")).isEmpty();
    }

    @Test
    default void search_phrase_isFoundInOneTextAndInItsOrder() {
        String id = createPersona(Map.of(
                "name",
                "Ophelia",
                "appearance",
                "neat as a flower",
                "personality",
                "exact",
                "tags",
                List.of("a b", "c")));

        assertThat(found("\"neat as a\"")).containsExactly(id);
        assertThat(found("neat-as-a")).containsExactly(id);
        assertThat(found("\"as neat\"")).isEmpty();
        assertThat(found("\"flower exact\"")).isEmpty();
        assertThat(found("\"Ophelia a\"")).isEmpty();
        assertThat(found("\"b c\"")).isEmpty();
        assertThat(found("as neat")).containsExactly(id);
        assertThat(found("\"neat as")).containsExactly(id);
    }

    @Test
    default void search_lastWord_mayBeTheBeginningOfOne() {
        String id = createPersona("Ophelia Elsinore");

        assertThat(found("oph")).containsExactly(id);
        assertThat(found("ophelia el")).containsExactly(id);
        assertThat(found("op")).containsExactly(id);
        assertThat(found("o")).isEmpty();
        assertThat(found("oph elsinore")).isEmpty();
        assertThat(found("\"oph\"")).isEmpty();
        assertThat(found("phelia")).isEmpty();
    }

    @Test
    default void search_beginningOutsideOfTheName_hasFourLettersOrMore() {
        String id = createPersona(Map.of("name", "Ophelia", "greeting", "Elsinore", "tags", List.of("queenly")));

        assertThat(found("elsi")).containsExactly(id);
        assertThat(found("els")).isEmpty();
        assertThat(found("elsinore quee")).containsExactly(id);
        assertThat(found("elsinore que")).isEmpty();
        assertThat(found("elsinore ophe")).containsExactly(id);
    }

    @Test
    default void search_caseAndAccents_makeNoDifference() {
        String id = createPersona(Map.of(
                "name", "Zo\u00eb", "greeting", "CAF\u00c9 \u041c\u043e\u0441\u043a\u0432\u0430 e\u0301te\u0301"));

        for (String q : List.of(
                "zoe",
                "ZOE",
                "Zo\u00eb",
                "zoe\u0308",
                "cafe",
                "caf\u00e9",
                "\u043c\u043e\u0441\u043a\u0432\u0430",
                "ete",
                "\u00e9t\u00e9")) {
            assertThat(found(q)).as(q).containsExactly(id);
        }
    }

    @Test
    default void search_scriptsWithoutSpaces_areFoundByTheBeginningOfARun() {
        String id = createPersona(Map.of("name", "\u6771\u4eac\u306e\u5973"));

        assertThat(found("\u6771")).containsExactly(id);
        assertThat(found("\u6771\u4eac")).containsExactly(id);
        assertThat(found("\u5973")).isEmpty();
    }

    @Test
    default void search_ranking_nameFirstThenTheBetterMatchThenTheNewer() {
        String often = createPersona(Map.of("name", "A", "greeting", "raven raven raven raven"));
        String inName = createPersona(Map.of("name", "The raven"));
        String inNameAlone = createPersona(Map.of("name", "Raven"));
        String once = createPersona(Map.of("name", "B", "greeting", "raven and many other birds that sing at night"));
        String onceLater =
                createPersona(Map.of("name", "B", "greeting", "raven and many other birds that sing at night"));
        createPersona("C");

        assertThat(found("raven")).containsExactly(inNameAlone, inName, often, onceLater, once);
    }

    @Test
    default void search_pages_haveNoGapOrRepeatWhereNothingIsWritten() {
        for (int i = 0; i < 25; i++) {
            createPersona(Map.of("name", i % 3 == 0 ? "raven" : "x", "greeting", "raven ".repeat(1 + i % 4)));
        }

        var whole = found("raven");
        var pages = new ArrayList<String>();
        Listing page;
        do {
            page = store().list(PERSONAS, searching("raven", 10, pages.size()));
            page.documents().forEach(document -> pages.add(document.id()));
        } while (page.hasMore());

        assertThat(whole).hasSize(25).doesNotHaveDuplicates();
        assertThat(pages).isEqualTo(whole);
    }

    @Test
    default void search_moreThanAreRanked_findsTheNewestAndEveryName() {
        String oldName = createPersona("Raven");
        var edit = new ArrayList<Step>();
        for (int i = 0; i < Search.MOST_RANKED + 1; i++) {
            edit.add(new Step.Create(PERSONAS, newId(), bytes(Map.of("name", "x", "greeting", "raven"))));
        }
        committed(store().commit(new Edit(edit)));

        var found = found("raven");

        assertThat(found).hasSize(Search.MOST_RANKED + 1).doesNotHaveDuplicates();
        assertThat(found.getFirst()).isEqualTo(oldName);
    }

    /// Documents in any order, some of them several times: however the index is written, it holds what they are at the
    /// end.
    @Test
    default void search_manyChangesInOneEdit_findsEachByItsLastWords() {
        var ids = new ArrayList<String>();
        var creations = new ArrayList<Step>();
        for (int i = 0; i < 12; i++) {
            ids.add(newId());
            creations.add(new Step.Create(
                    PERSONAS, ids.get(i), bytes(Map.of("name", "Guest" + i, "greeting", "before" + i))));
        }
        committed(store().commit(new Edit(creations)));
        var changes = new ArrayList<Step>();
        for (int round = 0; round < 2; round++) {
            for (int i = 11; i >= 0; i--) {
                changes.add(new Step.Change(PERSONAS, ids.get(i), any -> true, put("greeting", "after" + i + round)));
            }
        }
        changes.add(new Step.Purge(PERSONAS, ids.get(11), any -> true));
        changes.add(new Step.Purge(PERSONAS, ids.get(4), any -> true));
        changes.add(creation(PERSONAS, ids.get(4), "Returned"));

        committed(store().commit(new Edit(changes)));

        for (int i = 0; i < 12; i++) {
            boolean stays = i != 4 && i != 11;
            assertThat(found("after" + i + "1")).hasSize(stays ? 1 : 0).isSubsetOf(ids.get(i));
            assertThat(found("\"before" + i + "\"")).isEmpty();
            assertThat(found("\"after" + i + "0\"")).isEmpty();
            assertThat(found("\"guest" + i + "\"")).hasSize(stays ? 1 : 0);
        }
        assertThat(found("returned")).containsExactly(ids.get(4));
    }

    @Test
    default void search_changedDocument_isFoundByItsWordsAtOnce() {
        String id = createPersona(Map.of("name", "Ophelia", "greeting", "old words"));

        change(PERSONAS, id, put("greeting", "new words"));
        assertThat(found("old")).isEmpty();
        assertThat(found("new words")).containsExactly(id);

        change(PERSONAS, id, put("attributes", Map.of("age", 20)));
        assertThat(found("new words")).containsExactly(id);

        change(PERSONAS, id, put("name", "Gertrude"));
        assertThat(found("ophelia")).isEmpty();
        assertThat(found("gertrude")).containsExactly(id);
        assertThat(found("new")).containsExactly(id);
    }

    @Test
    default void search_filters_combine() {
        String owner = createUser("ophelia", null);
        String other = createUser("hamlet", null);
        var filtered = new ArrayList<Map<String, Object>>();
        for (String of : List.of(owner, other)) {
            for (String tag : List.of("queen", "ghost")) {
                for (boolean active : List.of(true, false)) {
                    for (String greeting : List.of("raven", "dove")) {
                        filtered.add(Map.of(
                                "name",
                                "x",
                                "owner_id",
                                of,
                                "tags",
                                List.of("all", tag),
                                "is_active",
                                active,
                                "greeting",
                                greeting));
                    }
                }
            }
        }
        filtered.forEach(this::createPersona);
        createPersona(Map.of("name", "Without any of them", "greeting", "raven"));

        for (Boolean active : new Boolean[] {null, true, false}) {
            for (String of : new String[] {null, owner}) {
                for (String tag : new String[] {null, "queen", "all", "none"}) {
                    long expected = filtered.stream()
                                    .filter(body -> body.get("greeting").equals("raven"))
                                    .filter(body -> active == null
                                            || body.get("is_active").equals(active))
                                    .filter(body ->
                                            of == null || body.get("owner_id").equals(of))
                                    .filter(body -> tag == null || ((List<?>) body.get("tags")).contains(tag))
                                    .count()
                            + (of == null && tag == null && !Boolean.FALSE.equals(active) ? 1 : 0);
                    var search = new Search(Search.parse("raven"), 0);
                    var page = store().list(PERSONAS, new Query(100, null, active, of, tag, null, null, search));
                    assertThat(page.documents())
                            .as("active=%s owner=%s tag=%s", active, of, tag)
                            .hasSize((int) expected);
                }
            }
        }
    }

    @Test
    default void list_label_listsThoseThatHaveIt() {
        String first = createPersona("First raven");
        String second = createPersona("Second raven");
        createPersona("Third raven");
        for (String id : List.of(first, second)) {
            create(LABELS, id + "~production", Map.of("persona_id", id, "label", "production", "target", 1));
        }
        create(LABELS, second + "~draft", Map.of("persona_id", second, "label", "draft", "target", 1));

        assertThat(labelled("production", null)).containsExactly(second, first);
        assertThat(labelled("draft", null)).containsExactly(second);
        assertThat(labelled("none", null)).isEmpty();
        assertThat(labelled("production", "second")).containsExactly(second);

        change(LABELS, second + "~production", put("target", null));
        assertThat(labelled("production", null)).containsExactly(first);
    }

    default List<String> labelled(String label, String q) {
        var search = q == null ? null : new Search(Search.parse(q), 0);
        return ids(store().list(PERSONAS, new Query(10, null, null, null, null, label, null, search)));
    }

    @Test
    default void list_updatedSince_listsWhatChangedThenOrLater() throws InterruptedException {
        String changed = createPersona("Changed raven");
        String old = createPersona("Old raven");
        Thread.sleep(5);
        String later = createPersona("Later raven");
        change(PERSONAS, changed, put("greeting", "x"));
        String since = json(PERSONAS, later).get("created_at").stringValue();

        for (String time : List.of(since, "2001-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z")) {
            var expected = time.equals(since)
                    ? List.of(later, changed)
                    : time.startsWith("2001") ? List.of(later, old, changed) : List.<String>of();
            assertThat(ids(store().list(PERSONAS, new Query(10, null, null, null, null, null, time, null))))
                    .as(time)
                    .isEqualTo(expected);
            assertThat(ids(store().list(
                                    PERSONAS,
                                    new Query(
                                            10,
                                            null,
                                            null,
                                            null,
                                            null,
                                            null,
                                            time,
                                            new Search(Search.parse("raven"), 0)))))
                    .as(time)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /// Whatever a person writes is only words: it is never syntax, and what is in a document is found by it.
    @Test
    default void search_hostileInput_isOnlyWords() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        String id = createPersona(Map.of("name", "x", "greeting", "raven near dove and or not"));
        String[] pieces = {
            "raven",
            "dove",
            "\"",
            "'",
            "*",
            "^",
            ":",
            "(",
            ")",
            "{",
            "}",
            "-",
            "+",
            "|",
            "&",
            "!",
            "<->",
            "\\",
            "%",
            "_",
            ";",
            "--",
            "AND",
            "OR",
            "NOT",
            "NEAR",
            "NEAR(raven dove, 2)",
            "name:",
            "{name} :",
            "greeting : raven",
            ":*A",
            "$1",
            "?",
            "??",
            "\u0000",
            "\n",
            "\ud800",
            "\u0301",
            "\ue000",
            "\u201c",
            "x0boundary0x",
            "\ufffd",
            "\ud83d\ude00",
            " ",
            " ",
            " "
        };
        for (int round = 0; round < 400; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String q = text.toString();
            if (!Search.parse(q).isEmpty()) {
                assertThat(found(q)).as("seed %d: %s", seed, q).isSubsetOf(id);
            }
            String harmless = q.replaceAll("[\\p{L}\\p{N}\"\u201c\u0301\ue000\ud800-\udfff\ufffd]", " ");
            assertThat(found(harmless + " raven " + harmless + "dove"))
                    .as("seed %d: %s", seed, harmless)
                    .containsExactly(id);
        }
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
    default void history_ofEveryChange_saysWhoWhyAndWhat() {
        String id = newId();
        committed(store().commit(edit(from("mia", "born"), creation(PERSONAS, id, "Ophelia"))));
        committed(store().commit(edit(
                from("noé", "it's \"her\" \\ mother"),
                new Step.Change(PERSONAS, id, any -> true, put("name", "Gertrude")))));
        committed(change(PERSONAS, id, current -> new Rule.Keep()));
        committed(change(PERSONAS, id, put("age", 50)));
        createPersona("Hamlet");

        var history = store().history(PERSONAS, id, Long.MAX_VALUE, 10);

        assertThat(history.hasMore()).isFalse();
        assertThat(history.asOf()).isEqualTo(store().lastSeen());
        assertThat(history.versions())
                .extracting(
                        Version::version,
                        Version::revision,
                        Version::operation,
                        Version::actor,
                        Version::message,
                        Version::fields)
                .containsExactly(
                        tuple(3L, 3L, "update", "", "", List.of("age")),
                        tuple(2L, 2L, "update", "noé", "it's \"her\" \\ mother", List.of("name")),
                        tuple(1L, 1L, "create", "mia", "born", List.of()));
        assertThat(history.versions()).allSatisfy(version -> {
            assertThat(version.id()).isEqualTo(id);
            assertThat(version.document()).isNull();
        });
        assertThat(history.versions().getFirst().at())
                .isEqualTo(json(PERSONAS, id).get("updated_at").stringValue());
    }

    @Test
    default void findVersion_andRevision_areAsWasServedThen() {
        String id = createPersona("Ophelia");
        var served = new ArrayList<Document>();
        served.add(document(PERSONAS, id));
        for (Object value : List.of("Gertrude", "Ž🦉\n\"", 1.5, List.of(Map.of("a", true)))) {
            change(PERSONAS, id, put("x", value));
            served.add(document(PERSONAS, id));
        }

        for (var then : served) {
            var byVersion = store().findVersion(PERSONAS, id, then.version());
            var byRevision = store().findRevision(PERSONAS, id, then.revision());
            assertThat(byVersion.asOf()).isEqualTo(store().lastSeen());
            for (var found : List.of(byVersion, byRevision)) {
                assertThat(found.version().document().json()).isEqualTo(then.json());
                assertThat(found.version().document().etag()).isEqualTo(then.etag());
                assertThat(found.version().version()).isEqualTo(then.version());
                assertThat(found.version().revision()).isEqualTo(then.revision());
            }
        }
    }

    @Test
    default void findVersion_thatIsNot_isEmptyAndStillSaysAsOf() {
        String id = createPersona("Ophelia");
        String other = createPersona("Hamlet");
        var none = new FoundVersion(null, store().lastSeen());

        assertThat(store().findVersion(PERSONAS, id, 2)).isEqualTo(none);
        assertThat(store().findVersion(USERS, id, 1)).isEqualTo(none);
        assertThat(store().findVersion(PERSONAS, newId(), 1)).isEqualTo(none);
        assertThat(store().findRevision(PERSONAS, other, 1)).isEqualTo(none);
        assertThat(store().history(PERSONAS, newId(), Long.MAX_VALUE, 10))
                .isEqualTo(new History(List.of(), false, none.asOf()));
    }

    @Test
    default void history_pages_areNewestFirstWithoutGapOrRepeat() {
        String id = createPersona("Ophelia");
        for (int i = 2; i <= 8; i++) {
            change(PERSONAS, id, put("name", "Ophelia " + i));
        }

        var seen = new ArrayList<Long>();
        long before = Long.MAX_VALUE;
        History page;
        do {
            page = store().history(PERSONAS, id, before, 3);
            page.versions().forEach(version -> seen.add(version.version()));
            before = seen.getLast();
        } while (page.hasMore());

        assertThat(seen).containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
        assertThat(store().history(PERSONAS, id, 5, 4).hasMore()).isFalse();
    }

    @Test
    default void save_newChangedAndSame_makesAVersionOnlyForAChange() {
        String persona = createPersona("Ophelia");
        String id = persona + "~production";

        var first = committed(store().commit(Edit.of(label(id, persona, 1, any -> true, null))));
        var moved = committed(store().commit(Edit.of(label(id, persona, 2, any -> true, null))));
        var same = committed(store().commit(Edit.of(label(id, persona, 2, any -> true, null))));

        assertThat(List.of(first, moved, same))
                .extracting(
                        outcome -> outcome.written().getFirst().document().version(),
                        outcome -> outcome.written().getFirst().changed())
                .containsExactly(tuple(1L, true), tuple(2L, true), tuple(2L, false));
        assertThat(same.asOf()).isEqualTo(moved.asOf());
        assertThat(same.written().getFirst().document().json())
                .isEqualTo(document(LABELS, id).json());
        assertThat(json(LABELS, id).get("target").longValue()).isEqualTo(2);
        assertThat(json(LABELS, id).get("created_at").stringValue())
                .isEqualTo(JSON.readTree(first.written().getFirst().document().json())
                        .get("created_at")
                        .stringValue());
        assertThat(store().findVersion(LABELS, id, 1).version().document().json())
                .isEqualTo(first.written().getFirst().document().json());
        assertThat(all(LABELS, new Query(10, null, null, persona, null))).containsExactly(id);
    }

    @Test
    default void save_expectedNotMet_conflictsWithWhatIsThere() {
        String persona = createPersona("Ophelia");
        String id = persona + "~production";

        var none = store().commit(Edit.of(label(id, persona, 1, current -> current != null, null)));
        var made = committed(store().commit(Edit.of(label(id, persona, 1, current -> current == null, null))));
        var there = store().commit(Edit.of(label(id, persona, 2, current -> current == null, null)));

        assertThat(none)
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.current()).isNull());
        assertThat(there)
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.current().json())
                                .isEqualTo(made.written().getFirst().document().json()));
        assertThat(document(LABELS, id).version()).isEqualTo(1);
    }

    @Test
    default void save_neededVersion_mustBeReadable() {
        String persona = createPersona("Ophelia");
        String id = persona + "~production";
        var before = store().lastSeen();

        var missing = store().commit(Edit.of(label(id, persona, 2, any -> true, needed(persona, 2))));
        var afterwards = store().lastSeen();
        var both = store().commit(new Edit(List.of(
                new Step.Change(PERSONAS, persona, any -> true, put("name", "Gertrude")),
                label(id, persona, 2, any -> true, needed(persona, 2)))));
        committed(store().commit(Edit.of(new Step.Purge(PERSONAS, persona, any -> true))));
        var erased = store().commit(Edit.of(label(id, persona, 1, any -> true, needed(persona, 1))));

        assertThat(missing).isInstanceOf(Refused.class);
        assertThat(afterwards).isEqualTo(before);
        assertThat(both).isInstanceOf(Committed.class);
        assertThat(erased).isInstanceOf(Refused.class);
        assertThat(json(LABELS, id).get("target").longValue()).isEqualTo(2);
    }

    @Test
    default void save_neededVersionPurgedInTheSameEdit_isRefused() {
        String persona = createPersona("Ophelia");
        var edit = new Edit(List.of(
                new Step.Purge(PERSONAS, persona, any -> true),
                label(persona + "~production", persona, 1, any -> true, needed(persona, 1))));

        assertThat(store().commit(edit))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.step()).isEqualTo(1));
        assertThat(document(PERSONAS, persona).version()).isEqualTo(1);
        assertThat(store().findVersion(PERSONAS, persona, 1).version().document())
                .isNotNull();
    }

    @Test
    default void save_sameNewIdByManyWorkers_eachIsAVersion() throws Exception {
        var workers = workers();
        for (int round = 0; round < 20; round++) {
            String persona = createPersona("Ophelia");
            String id = persona + "~production";

            var outcomes = inParallel(
                    4,
                    member -> workers.get(member % workers.size())
                            .commit(Edit.of(label(id, persona, member + 1, any -> true, null))));

            assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Committed.class));
            assertThat(document(LABELS, id).version()).isEqualTo(4);
        }
    }

    @Test
    default void purge_document_leavesNothingButThatItWasThere() {
        String id = createUser("ophelia", "o@elsinore.example");
        committed(store().commit(
                        edit(from("mia", "private"), new Step.Change(USERS, id, any -> true, put("bio", "secret")))));
        var last = document(USERS, id);

        var outcome =
                committed(store().commit(edit(from("noé", "asked for"), new Step.Purge(USERS, id, isAt(last.etag())))));

        assertThat(outcome.written()).hasSize(1).first().satisfies(written -> {
            assertThat(written.changed()).isTrue();
            assertThat(written.document().version()).isEqualTo(3);
            assertThat(written.document().revision()).isEqualTo(outcome.asOf().revision());
            assertThat(written.document().json()).isEqualTo(last.json());
        });
        assertThat(store().find(USERS, id)).isEqualTo(new Found(null, outcome.asOf()));
        assertThat(store().findBy(USERS, "username", "ophelia").document()).isNull();
        assertThat(all(USERS, new Query(10, null, null, null, null))).isEmpty();
        assertThat(store().history(USERS, id, Long.MAX_VALUE, 10).versions())
                .extracting(Version::version, Version::operation, Version::actor, Version::message, Version::fields)
                .containsExactly(
                        tuple(3L, "delete", "noé", "asked for", List.of()),
                        tuple(2L, "update", "", "", List.of()),
                        tuple(1L, "create", "", "", List.of()));
        for (long version = 1; version <= 3; version++) {
            assertThat(store().findVersion(USERS, id, version).version().document())
                    .isNull();
        }
        assertThat(store().findRevision(USERS, id, last.revision()).version().document())
                .isNull();
    }

    @Test
    default void purge_others_stayAsTheyWere() {
        String id = createPersona("Ophelia");
        String other = createPersona("Hamlet");

        committed(store().commit(Edit.of(new Step.Purge(PERSONAS, id, any -> true))));

        assertThat(store().findVersion(PERSONAS, other, 1).version().document().json())
                .isEqualTo(document(PERSONAS, other).json());
    }

    @Test
    default void purge_thenSaved_versionsGoOnAndNamesAreFree() {
        String id = createUser("ophelia", null);
        committed(store().commit(Edit.of(new Step.Purge(USERS, id, any -> true))));

        var another = create(USERS, newId(), Map.of("username", "ophelia"));
        var again = committed(store().commit(
                        Edit.of(new Step.Save(USERS, id, any -> true, bytes(Map.of("username", "back")), null))));

        assertThat(another).isInstanceOf(Committed.class);
        assertThat(again.written().getFirst().document().version()).isEqualTo(3);
        assertThat(document(USERS, id).json())
                .isEqualTo(again.written().getFirst().document().json());
        assertThat(store().history(USERS, id, Long.MAX_VALUE, 10).versions())
                .extracting(Version::operation)
                .containsExactly("create", "delete", "create");
    }

    @Test
    default void purge_amongOtherStepsForTheSameId_happensInOrder() {
        String id = newId();
        Predicate<Document> any = document -> true;
        var edit = new Edit(List.of(
                creation(PERSONAS, id, "first"),
                new Step.Change(PERSONAS, id, any, put("name", "second")),
                new Step.Purge(PERSONAS, id, any),
                new Step.Save(PERSONAS, id, current -> current == null, bytes(Map.of("name", "third")), null)));

        var written = committed(store().commit(edit)).written();

        assertThat(written)
                .extracting(
                        each -> each.document().version(),
                        each -> each.document().revision())
                .containsExactly(tuple(1L, 1L), tuple(2L, 2L), tuple(3L, 3L), tuple(4L, 4L));
        assertThat(json(PERSONAS, id).get("name").stringValue()).isEqualTo("third");
        for (long version = 1; version <= 4; version++) {
            assertThat(store().findVersion(PERSONAS, id, version).version().document() != null)
                    .isEqualTo(version == 4);
        }
    }

    @Test
    default void purge_ofAUserWhoOwnsPersonas_isReferenced() {
        String user = createUser("ophelia", null);
        String persona = newId();
        committed(create(PERSONAS, persona, Map.of("name", "Ophelia", "owner_id", user)));
        var before = store().lastSeen();

        var outcome = store().commit(Edit.of(new Step.Purge(USERS, user, any -> true)));
        var second = store().commit(
                        new Edit(List.of(creation(PERSONAS, newId(), "x"), new Step.Purge(USERS, user, any -> true))));
        var kept = store().findVersion(USERS, user, 1).version().document();
        var both = store().commit(new Edit(
                List.of(new Step.Purge(PERSONAS, persona, any -> true), new Step.Purge(USERS, user, any -> true))));

        assertThat(outcome).isEqualTo(new Outcome.Referenced(0, before));
        assertThat(second).isEqualTo(new Outcome.Referenced(1, before));
        assertThat(kept).isNotNull();
        assertThat(both).isInstanceOf(Committed.class);
    }

    @Test
    default void purge_unknownOrOtherThanExpected_isRefused() {
        String id = createPersona("Ophelia");

        var missing = store().commit(Edit.of(new Step.Purge(PERSONAS, newId(), any -> true)));
        var stale = store().commit(Edit.of(new Step.Purge(PERSONAS, id, any -> false)));

        assertThat(missing).isInstanceOf(NotFound.class);
        assertThat(stale).isInstanceOf(Conflict.class);
        assertThat(document(PERSONAS, id).version()).isEqualTo(1);
    }

    @Test
    default void dryRun_saysWhatWouldBe_andLeavesNothing() {
        String user = createUser("ophelia", null);
        String persona = newId();
        committed(create(PERSONAS, persona, Map.of("name", "Ophelia", "owner_id", user)));
        var before = store().lastSeen();
        byte[] json = document(PERSONAS, persona).json();
        String fresh = newId();
        var change = new Step.Change(PERSONAS, persona, any -> true, put("name", "Gertrude"));

        var fits = committed(tried(from("mia", "", key("k", "f")), creation(PERSONAS, fresh, "Hamlet"), change));
        var taken =
                tried(Origin.UNKNOWN, change, new Step.Create(USERS, newId(), bytes(Map.of("username", "ophelia"))));
        var referenced = tried(Origin.UNKNOWN, new Step.Purge(USERS, user, any -> true));
        var purged = tried(Origin.UNKNOWN, new Step.Purge(PERSONAS, persona, any -> true));

        assertThat(fits.asOf()).isEqualTo(before);
        assertThat(fits.written())
                .extracting(
                        each -> each.document().version(),
                        each -> each.document().revision())
                .containsExactly(tuple(1L, before.revision() + 1), tuple(2L, before.revision() + 2));
        assertThat(taken).isEqualTo(new Taken(1, "username", before));
        assertThat(referenced).isEqualTo(new Outcome.Referenced(0, before));
        assertThat(purged).isInstanceOf(Committed.class);
        assertThat(store().lastSeen()).isEqualTo(before);
        assertThat(store().find(PERSONAS, fresh)).isEqualTo(new Found(null, before));
        assertThat(document(PERSONAS, persona).json()).isEqualTo(json);
        assertThat(store().history(PERSONAS, persona, Long.MAX_VALUE, 10).versions())
                .hasSize(1);
        var done = committed(
                store().commit(edit(from("mia", "", key("k", "other")), creation(PERSONAS, fresh, "Hamlet"))));
        assertThat(done.repeated()).isFalse();
        assertThat(done.asOf().revision()).isEqualTo(before.revision() + 1);
    }

    @Test
    default void key_sameRequestAgain_getsTheFirstAnswerAndHappensOnce() {
        String id = createPersona("Ophelia");
        String fresh = newId();
        var edit = edit(
                from("mia", "", key("k", "f")),
                creation(PERSONAS, fresh, "Hamlet"),
                new Step.Change(PERSONAS, id, any -> true, put("name", "Gertrude")),
                new Step.Change(PERSONAS, id, any -> true, current -> new Rule.Keep()));
        var first = committed(store().commit(edit));
        change(PERSONAS, id, put("name", "Ophelia again"));
        var before = store().lastSeen();

        var again = committed(store().commit(edit));
        var other = store().commit(edit(from("", "", key("k", "g")), creation(PERSONAS, newId(), "x")));

        assertThat(first.repeated()).isFalse();
        assertThat(again.repeated()).isTrue();
        assertThat(again.asOf()).isEqualTo(before);
        assertThat(again.written()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            var then = first.written().get(i);
            var now = again.written().get(i);
            assertThat(now.changed()).isEqualTo(then.changed());
            assertThat(now.document().json()).isEqualTo(then.document().json());
            assertThat(now.document().etag()).isEqualTo(then.document().etag());
            assertThat(now.document().id()).isEqualTo(then.document().id());
            assertThat(now.document().version()).isEqualTo(then.document().version());
        }
        assertThat(other).isEqualTo(new Outcome.KeyReused(before));
        assertThat(json(PERSONAS, id).get("name").stringValue()).isEqualTo("Ophelia again");
        assertThat(store().lastSeen()).isEqualTo(before);
    }

    @Test
    default void key_onAnotherWorker_isKnownThere() {
        String id = createPersona("Ophelia");
        var edit =
                edit(from("", "", key("k", "f")), new Step.Change(PERSONAS, id, any -> true, put("name", "Gertrude")));
        var first = committed(store().commit(edit));

        try (var second = another()) {
            var again = committed(second.commit(edit));

            assertThat(again.repeated()).isTrue();
            assertThat(again.written().getFirst().document().json())
                    .isEqualTo(first.written().getFirst().document().json());
        }
    }

    @Test
    default void key_ofARefusedEdit_isFreeAgain() {
        createUser("ophelia", null);
        String id = createPersona("Ophelia");
        var origin = from("", "", key("k", "f"));

        var stale = store().commit(edit(origin, new Step.Change(PERSONAS, id, any -> false, put("name", "Gertrude"))));
        var taken = store().commit(edit(origin, new Step.Create(USERS, newId(), bytes(Map.of("username", "ophelia")))));
        var done = committed(
                store().commit(edit(origin, new Step.Change(PERSONAS, id, any -> true, put("name", "Gertrude")))));

        assertThat(stale).isInstanceOf(Conflict.class);
        assertThat(taken).isInstanceOf(Taken.class);
        assertThat(done.repeated()).isFalse();
    }

    @Test
    default void key_ofAnEditThatChangedNothing_isKnownToo() {
        String id = createPersona("Ophelia");
        var edit = edit(
                from("", "", key("k", "f")), new Step.Change(PERSONAS, id, any -> true, current -> new Rule.Keep()));
        committed(store().commit(edit));

        var again = committed(store().commit(edit));

        assertThat(again.repeated()).isTrue();
        assertThat(again.written().getFirst().changed()).isFalse();
        assertThat(again.written().getFirst().document().json())
                .isEqualTo(document(PERSONAS, id).json());
    }

    @Test
    default void key_ofWhatWasPurgedSince_isErased() {
        String id = newId();
        var creation = edit(from("", "", key("k", "f")), creation(PERSONAS, id, "Ophelia"));
        var purge = edit(from("", "", key("p", "f")), new Step.Purge(PERSONAS, id, any -> true));
        committed(store().commit(creation));
        var purged = committed(store().commit(purge));

        var again = store().commit(creation);
        var purgedAgain = committed(store().commit(purge));

        assertThat(again).isEqualTo(new Outcome.Erased(purged.asOf()));
        assertThat(purgedAgain.repeated()).isTrue();
        assertThat(purgedAgain.written().getFirst().document().version()).isEqualTo(2);
        assertThat(purgedAgain.written().getFirst().document().json()).isEmpty();
    }

    @Test
    default void key_usedByManyAtOnceOnSeveralWorkers_happensOnce() throws Exception {
        int rounds = 20;
        var workers = workers();
        String id = createPersona("Ophelia");
        for (int round = 0; round < rounds; round++) {
            var edit = edit(
                    from("", "", key("k" + round, "f")),
                    new Step.Change(PERSONAS, id, any -> true, put("round", round)),
                    new Step.Create(PERSONAS, newId(), bytes(Map.of("name", "Guest"))));

            var outcomes = inParallel(
                    6, member -> committed(workers.get(member % workers.size()).commit(edit)));

            assertThat(outcomes).filteredOn(outcome -> !outcome.repeated()).hasSize(1);
            assertThat(outcomes)
                    .extracting(
                            outcome -> outcome.written().getFirst().document().etag())
                    .containsOnly(document(PERSONAS, id).etag());
        }

        assertThat(document(PERSONAS, id).version()).isEqualTo(1 + rounds);
        assertThat(all(PERSONAS, new Query(100, null, null, null, null))).hasSize(1 + rounds);
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

    default String createPersona(Map<String, ?> body) {
        String id = newId();
        committed(create(PERSONAS, id, body));
        return id;
    }

    default Query searching(String q, int limit, int skip) {
        return new Query(limit, null, null, null, null, null, null, new Search(Search.parse(q), skip));
    }

    /// The ids of what a search finds, best first.
    default List<String> found(String q) {
        return ids(store().list(PERSONAS, searching(q, 2_000, 0)));
    }

    default List<String> ids(Listing listing) {
        return listing.documents().stream().map(Document::id).toList();
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

    default Edit edit(Origin origin, Step... steps) {
        return new Edit(List.of(steps), origin, false);
    }

    default Outcome tried(Origin origin, Step... steps) {
        return store().commit(new Edit(List.of(steps), origin, true));
    }

    default Origin from(String actor, String message) {
        return new Origin(actor, message, null);
    }

    default Origin from(String actor, String message, RequestKey key) {
        return new Origin(actor, message, key);
    }

    default RequestKey key(String key, String fingerprint) {
        return new RequestKey(key, fingerprint);
    }

    default Step creation(Collection collection, String id, String name) {
        return new Step.Create(collection, id, bytes(Map.of("name", name)));
    }

    default Step label(String id, String persona, long target, Predicate<Document> expected, Step.Needed needed) {
        return new Step.Save(
                LABELS, id, expected, bytes(new TreeMap<>(Map.of("persona_id", persona, "target", target))), needed);
    }

    default Step.Needed needed(String persona, long version) {
        return new Step.Needed(PERSONAS, persona, version);
    }

    default Rule put(String member, Object value) {
        return current -> {
            var body = ((ObjectNode) JSON.readTree(current.json()))
                    .without(List.of("id", "version", "revision", "created_at", "updated_at"));
            body.set(member, JSON.valueToTree(value));
            return new Rule.Replace(JSON.writeValueAsBytes(body), List.of(member));
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
