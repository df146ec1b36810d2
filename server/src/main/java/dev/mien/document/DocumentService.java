package dev.mien.document;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.document.Schema.Checked;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Found;
import dev.mien.store.Listing;
import dev.mien.store.Outcome;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
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
            throw new ProblemException(Problem.of(notFound, "There is no " + noun + " " + id + "."), found.asOf());
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
    public Committed create(JsonNode given) {
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
                committed(store.commit(new Edit(steps)), steps.getFirst().id(), many);
        for (var written : committed.written()) {
            log.info(
                    "Created {} {}: version {}, revision {}",
                    noun,
                    written.document().id(),
                    written.document().version(),
                    written.document().revision());
        }
        return committed;
    }

    /// Changes what the merge patch names and nothing else (RFC 7396).
    public Committed update(String id, JsonNode patch, Predicate<Document> expected) {
        if (!patch.isObject()) {
            throw new ProblemException(
                    Problem.of(invalid, "A merge patch is a JSON object.")
                            .withErrors(List.of(new Violation("", "must be an object"))),
                    null);
        }
        return change(id, expected, current -> schema.check(MergePatch.apply(current, patch), current));
    }

    /// Replaces the whole document; what is not given goes back to its default.
    public Committed replace(String id, JsonNode given, Predicate<Document> expected) {
        return change(id, expected, current -> schema.check(given, current));
    }

    /// Marks the document as deleted; it stays readable. What somebody wrote into the row by hand does not hinder it.
    public Committed delete(String id, Predicate<Document> expected) {
        return change(id, expected, current -> {
            var body = Schema.bodyOf(current);
            body.set("is_active", BooleanNode.FALSE);
            return new Checked(body, List.of());
        });
    }

    private Committed change(String id, Predicate<Document> expected, Function<ObjectNode, Checked> next) {
        var rule = new CheckedRule(next);
        var committed = committed(store.commit(Edit.of(new Step.Change(collection, id, expected, rule))), id, false);
        var written = committed.written().getFirst();
        if (written.changed()) {
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
            return changedFields.isEmpty() ? new Keep() : new Replace(Json.write(checked.body()));
        }
    }

    private Committed committed(Outcome outcome, String id, boolean many) {
        return switch (outcome) {
            case Committed committed -> committed;
            case Outcome.NotFound missing ->
                throw new ProblemException(
                        Problem.of(notFound, "There is no " + noun + " " + id + "."), missing.asOf());
            case Outcome.Conflict conflict ->
                throw new ProblemException(
                        Problem.of(
                                        ProblemType.VERSION_CONFLICT,
                                        "The " + noun + " is at version "
                                                + conflict.current().version() + ", which is not what If-Match names.")
                                .withCurrentVersion(conflict.current().version()),
                        conflict.asOf());
            case Outcome.Taken taken ->
                throw new ProblemException(
                        Problem.of(ProblemType.ALREADY_TAKEN, "Another " + noun + " has this " + taken.field() + ".")
                                .withErrors(inside(
                                        many ? "/" + taken.step() : "",
                                        List.of(new Violation("/" + taken.field(), "is taken")))),
                        taken.asOf());
            case Outcome.Refused refused -> {
                refuseIf(inside(many ? "/" + refused.step() : "", refused.violations()), refused.asOf());
                throw new IllegalStateException("refused without a violation");
            }
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
