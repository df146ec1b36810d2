package dev.mien.document;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.document.Schema.Checked;
import dev.mien.http.Json;
import dev.mien.http.Precondition;
import dev.mien.http.ProblemException;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Found;
import dev.mien.store.FoundVersion;
import dev.mien.store.History;
import dev.mien.store.Listing;
import dev.mien.store.Origin;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/// Creates, changes, finds and lists the documents of one collection.
///
/// Every change is one edit inside the store's transaction and answers with the document as it was committed. Nothing
/// is fetched again afterwards, so there is no moment at which an old copy could be picked up, and there is no copy.
public abstract class DocumentService {
    private static final Logger log = LoggerFactory.getLogger(DocumentService.class);
    /// An id that a client may choose: whatever the store takes and an address can hold.
    private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~-]{1,100}");

    private final Store store;
    private final Collection collection;
    private final Schema schema;
    private final String noun;
    private final ProblemType notFound;
    private final ProblemType invalid;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    /// @param noun what one document is called: `persona`
    /// @param notFound the problem of an id that does not exist
    /// @param invalid the problem of a body that does not fit the schema
    protected DocumentService(
            Store store, Collection collection, Schema schema, String noun, ProblemType notFound, ProblemType invalid) {
        this.store = store;
        this.collection = collection;
        this.schema = schema;
        this.noun = noun;
        this.notFound = notFound;
        this.invalid = invalid;
    }

    public Collection collection() {
        return collection;
    }

    public Schema schema() {
        return schema;
    }

    public String noun() {
        return noun;
    }

    /// The document with this id, deleted or not.
    ///
    /// @throws ProblemException if there is none
    public Found get(String id, ReadMode mode) {
        return required(store.find(collection, id, mode), id);
    }

    /// The document whose unique member is `value`.
    protected Found getBy(String field, String value, ReadMode mode) {
        return required(store.findBy(collection, field, value, mode), value);
    }

    private Found required(Found found, String id) {
        if (found.document() == null) {
            throw missing(id, found.asOf());
        }
        return found;
    }

    public Listing list(Query query, ReadMode mode) {
        return store.list(collection, query, mode);
    }

    /// The newest state that this worker has seen.
    public RevisionToken lastSeen() {
        return store.lastSeen();
    }

    /// Creates one document from an object, or all of an array or none of it.
    public Committed create(JsonNode given, Origin origin) {
        boolean many = given.isArray();
        var drafts = given instanceof ArrayNode array ? array.values() : List.of(given);
        if (drafts.isEmpty()) {
            throw new ProblemException(
                    Problem.of(invalid, "The list is empty.")
                            .withErrors(List.of(new Violation("", "must not be empty"))),
                    null);
        }
        var steps = new ArrayList<Step>();
        var violations = new ArrayList<Violation>();
        int position = 0;
        for (var draft : drafts) {
            var checked = schema.check(draft, null);
            violations.addAll(inside(many ? "/" + position : "", checked.violations()));
            steps.add(new Step.Create(collection, ids.generate().toString(), Json.write(checked.body())));
            position++;
        }
        refuseIf(violations, null);
        var committed =
                committed(commit(steps, origin), many ? null : steps.getFirst().id());
        if (!committed.repeated()) {
            for (var written : committed.written()) {
                log.info(
                        "Created {} {}: version {}, revision {}",
                        noun,
                        written.document().id(),
                        written.document().version(),
                        written.document().revision());
            }
        }
        return committed;
    }

    /// A step that creates a document.
    ///
    /// @throws ProblemException if the body does not fit the schema
    public Step createStep(JsonNode draft) {
        return new Step.Create(
                collection, ids.generate().toString(), Json.write(checked(draft).body()));
    }

    /// A step that creates a document with a given id, unless it is there. The step may be repeated: a document that is
    /// as the body says stays as it is.
    ///
    /// @param replace what becomes of a document that is there and different: whether it gets this body, or stays
    ///     and is a conflict
    /// @throws ProblemException if the body does not fit the schema, or the id is none
    public Step putStep(String id, JsonNode draft, boolean replace) {
        if (!ID.matcher(id).matches()) {
            throw new ProblemException(
                    Problem.of(invalid, "An id is 1 to 100 of A–Z, a–z, 0–9, -, _, . and ~.")
                            .withErrors(List.of(new Violation("/id", "is not a valid id"))),
                    null);
        }
        var body = checked(draft).body();
        Predicate<Document> expected = current -> replace
                || Schema.changedFields((ObjectNode) Json.parseStored(current.json()), body)
                        .isEmpty();
        return new Step.Put(
                collection, id, Json.write(body), expected, new CheckedRule(current -> new Checked(body, List.of())));
    }

    private Checked checked(JsonNode draft) {
        var checked = schema.check(draft, null);
        refuseIf(checked.violations(), null);
        return checked;
    }

    /// A step that changes what a merge patch names.
    public Step updateStep(String id, JsonNode patch, Predicate<Document> expected) {
        requireObject(patch);
        return new Step.Change(
                collection,
                id,
                expected,
                new CheckedRule(current -> schema.check(MergePatch.apply(current, patch), current)));
    }

    /// A step that marks a document as deleted.
    public Step deleteStep(String id, Predicate<Document> expected) {
        return new Step.Change(collection, id, expected, new CheckedRule(DocumentService::deactivated));
    }

    /// A step that erases a document.
    public Step purgeStep(String id, Predicate<Document> expected) {
        return new Step.Purge(collection, id, expected);
    }

    private Outcome commit(List<? extends Step> steps, Origin origin) {
        return store.commit(new Edit(steps, origin, false));
    }

    /// Changes what the merge patch names and nothing else (RFC 7396).
    ///
    /// @param merge whether to do so also if the document is at a later version than the expected one, as long as what
    ///     was changed meanwhile and what the patch names are different members
    /// @throws VersionConflictException if it is at another version, with what was changed meanwhile
    public Committed update(String id, JsonNode patch, Precondition expected, boolean merge, Origin origin) {
        requireObject(patch);
        var named = List.copyOf(patch.propertyNames());
        var base = merge ? base(id, expected) : null;
        Predicate<Document> mayChange = base == null
                ? expected
                : current -> expected.test(current)
                        || FieldChange.between(base, current).stream()
                                .noneMatch(change -> named.contains(change.field()));
        return explained(
                id,
                expected,
                named,
                () -> change(
                        id, mayChange, origin, current -> schema.check(MergePatch.apply(current, patch), current)));
    }

    /// What a document would be after a merge patch. Nothing is stored.
    ///
    /// @return its own members
    /// @throws ProblemException if the patched document does not fit the schema
    public ObjectNode preview(ObjectNode current, JsonNode patch, RevisionToken asOf) {
        requireObject(patch);
        var checked = schema.check(MergePatch.apply(current, patch), current);
        refuseIf(inside("/draft", checked.violations()), asOf);
        return checked.body();
    }

    private void requireObject(JsonNode patch) {
        if (!patch.isObject()) {
            throw new ProblemException(
                    Problem.of(invalid, "A merge patch is a JSON object.")
                            .withErrors(List.of(new Violation("", "must be an object"))),
                    null);
        }
    }

    /// Replaces the whole document; what is not given goes back to its default.
    ///
    /// @throws VersionConflictException if it is at another version, with what was changed meanwhile
    public Committed replace(String id, JsonNode given, Precondition expected, Origin origin) {
        return explained(
                id,
                expected,
                List.copyOf(given.propertyNames()),
                () -> change(id, expected, origin, current -> schema.check(given, current)));
    }

    /// The version that the client named; null where it named none or several, or one that is not there any more.
    private @Nullable Document base(String id, Precondition expected) {
        var revision = expected.revision(store.lastSeen().incarnation());
        var found = revision.isEmpty() ? null : store.findRevision(collection, id, revision.getAsLong());
        return found == null || found.version() == null ? null : found.version().document();
    }

    /// Adds to a conflict what was changed since the version that the client named.
    private Committed explained(String id, Precondition expected, List<String> named, Supplier<Committed> edit) {
        try {
            return edit.get();
        } catch (VersionConflictException conflict) {
            var current = conflict.current();
            var base = current == null ? null : base(id, expected);
            throw current == null || base == null ? conflict : conflict.with(FieldChange.between(base, current), named);
        }
    }

    /// Marks the document as deleted; it stays readable. What somebody wrote into the row by hand does not hinder it.
    public Committed delete(String id, Predicate<Document> expected, Origin origin) {
        return change(id, expected, origin, DocumentService::deactivated);
    }

    private static Checked deactivated(ObjectNode current) {
        var body = Schema.bodyOf(current);
        body.set("is_active", BooleanNode.FALSE);
        return new Checked(body, List.of());
    }

    /// Makes a version of long ago the newest one again, as one more version.
    ///
    /// @throws ProblemException if there is no such version, or it was pruned
    public Committed restore(String id, long version, Predicate<Document> expected, Origin origin) {
        var then = Schema.bodyOf((ObjectNode)
                Json.parseStored(requiredDocument(version(id, version)).json()));
        return change(id, expected, origin, current -> schema.check(then, current));
    }

    /// Erases the document, its history, and who made it.
    public Committed purge(String id, Predicate<Document> expected, Origin origin) {
        var committed = committed(commit(List.of(purgeStep(id, expected)), origin), id);
        if (!committed.repeated()) {
            log.info(
                    "Purged {} {}: revision {}",
                    noun,
                    id,
                    committed.written().getFirst().document().revision());
        }
        return committed;
    }

    /// The versions of a document, newest first, without their documents.
    ///
    /// @param before only those below this version
    /// @throws ProblemException if there never was a document with this id
    public History history(String id, long before, int limit) {
        var history = store.history(collection, id, before, limit);
        if (history.versions().isEmpty() && before == Long.MAX_VALUE) {
            throw missing(id, history.asOf());
        }
        return history;
    }

    /// One version of a document.
    ///
    /// @throws ProblemException if there is none
    public FoundVersion version(String id, long version) {
        return requiredVersion(store.findVersion(collection, id, version), id, "version " + version);
    }

    /// The version that a document had as of one of its revisions; null where it had none.
    public FoundVersion findRevision(String id, long revision) {
        return store.findRevision(collection, id, revision);
    }

    private FoundVersion requiredVersion(FoundVersion found, String id, String what) {
        if (found.version() == null) {
            throw new ProblemException(
                    Problem.of(ProblemType.VERSION_NOT_FOUND, "The " + noun + " " + id + " has no " + what + "."),
                    found.asOf());
        }
        return found;
    }

    /// The document of a version that was found.
    ///
    /// @throws ProblemException if it was pruned or purged
    public Document requiredDocument(FoundVersion found) {
        var version = Objects.requireNonNull(found.version());
        if (version.document() == null) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.ERASED,
                            "Version " + version.version() + " of the " + noun + " " + version.id()
                                    + (version.operation().equals("delete") ? " is its end." : " was erased.")),
                    found.asOf());
        }
        return version.document();
    }

    private Committed change(
            String id, Predicate<Document> expected, Origin origin, Function<ObjectNode, Checked> next) {
        var rule = new CheckedRule(next);
        var committed = committed(commit(List.of(new Step.Change(collection, id, expected, rule)), origin), id);
        var written = committed.written().getFirst();
        if (written.changed() && !committed.repeated()) {
            log.info(
                    "Updated {} {}: fields {}, version {}, revision {}",
                    noun,
                    id,
                    rule.changedFields,
                    written.document().version(),
                    written.document().revision());
        }
        return committed;
    }

    /// Refuses what does not fit the schema, keeps what does not change, and notes what does.
    private static final class CheckedRule implements Rule {
        private final Function<ObjectNode, Checked> next;
        private List<String> changedFields = List.of();

        CheckedRule(Function<ObjectNode, Checked> next) {
            this.next = next;
        }

        @Override
        public Decision decide(Document current) {
            var document = (ObjectNode) Json.parseStored(current.json());
            var checked = next.apply(document);
            if (!checked.violations().isEmpty()) {
                return new Refuse(checked.violations());
            }
            changedFields = Schema.changedFields(document, checked.body());
            return changedFields.isEmpty() ? new Keep() : new Replace(Json.write(checked.body()), changedFields);
        }
    }

    private ProblemException missing(String id, RevisionToken asOf) {
        return new ProblemException(Problem.of(notFound, "There is no " + noun + " " + id + "."), asOf);
    }

    /// What was committed, or the problem that fits.
    ///
    /// @param id of the one document that the edit is about; null where it is about a list of them, whose positions
    ///     then stand in the problem
    public Committed committed(Outcome outcome, @Nullable String id) {
        return switch (outcome) {
            case Committed committed -> committed;
            case Outcome.NotFound missing -> throw missing(String.valueOf(id), missing.asOf());
            case Outcome.Conflict conflict -> throw new VersionConflictException(noun, conflict);
            case Outcome.Taken taken ->
                throw new ProblemException(
                        Problem.of(ProblemType.ALREADY_TAKEN, "Another " + noun + " has this " + taken.field() + ".")
                                .withErrors(inside(
                                        id == null ? "/" + taken.step() : "",
                                        List.of(new Violation("/" + taken.field(), "is taken")))),
                        taken.asOf());
            case Outcome.Refused refused -> {
                refuseIf(inside(id == null ? "/" + refused.step() : "", refused.violations()), refused.asOf());
                throw new IllegalStateException("refused without a violation");
            }
            case Outcome.Referenced referenced ->
                throw new ProblemException(
                        Problem.of(
                                ProblemType.STILL_NEEDED,
                                (referenced.count() > 0 ? referenced.count() : "Other") + " "
                                        + (referenced.count() == 1 ? "document names" : "documents name") + " the "
                                        + noun
                                        + " " + id + "."),
                        referenced.asOf());
            case Outcome.Gone gone ->
                throw new ProblemException(
                        Problem.of(
                                ProblemType.ERASED,
                                "The " + noun + " " + id + " was purged or removed, and its id is not used again."),
                        gone.asOf());
            case Outcome.KeyReused reused ->
                throw new ProblemException(
                        Problem.of(ProblemType.KEY_REUSED, "This Idempotency-Key belongs to another request."),
                        reused.asOf());
            case Outcome.Erased erased ->
                throw new ProblemException(
                        Problem.of(
                                ProblemType.ERASED,
                                "This request was carried out before, and what it wrote has been erased since."),
                        erased.asOf());
            case Outcome.NotApplied notApplied ->
                throw new ProblemException(
                        Problem.of(
                                        ProblemType.STORE_UNAVAILABLE,
                                        "The write was not applied: " + notApplied.reason() + ".")
                                .withOutcome("not-applied"),
                        null);
            case Outcome.Unknown unknown ->
                throw new ProblemException(
                        Problem.of(
                                        ProblemType.OUTCOME_UNKNOWN,
                                        "The write may have happened: " + unknown.reason() + ".")
                                .withOutcome("unknown"),
                        null);
        };
    }

    private void refuseIf(List<Violation> violations, @Nullable RevisionToken asOf) {
        if (!violations.isEmpty()) {
            var first = violations.getFirst();
            String detail = (first.pointer().isEmpty() ? "The body" : first.pointer()) + " " + first.detail()
                    + (violations.size() > 1 ? ", and " + (violations.size() - 1) + " more." : ".");
            throw new ProblemException(Problem.of(invalid, detail).withErrors(violations), asOf);
        }
    }

    private static List<Violation> inside(String prefix, List<Violation> violations) {
        return prefix.isEmpty()
                ? violations
                : violations.stream()
                        .map(violation -> new Violation(prefix + violation.pointer(), violation.detail()))
                        .toList();
    }
}
