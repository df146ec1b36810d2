package dev.mien.label;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.document.DocumentService;
import dev.mien.http.Json;
import dev.mien.http.Precondition;
import dev.mien.http.ProblemException;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Listing;
import dev.mien.store.Origin;
import dev.mien.store.Outcome.Committed;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Moves, finds and removes labels of personas.
///
/// A label is a document with the id `<persona's id>~<label>`. One that was removed has no target and stays, so that
/// its versions go on if it comes back.
public final class LabelService {
    /// The label that follows by itself. It is nowhere stored.
    public static final String LATEST = "latest";

    public static final Collection LABELS = new Collection("labels", List.of(), "persona_id");
    /// It begins with a letter, so that no label looks like a version.
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,49}");

    private static final int MOST = 500;

    private final Store store;
    private final DocumentService personas;

    public LabelService(Store store, DocumentService personas) {
        this.store = store;
        this.personas = personas;
    }

    /// A label that is there.
    ///
    /// @param target the version that it names
    public record Label(String name, long target, Document document, RevisionToken asOf) {}

    /// Where a label points.
    ///
    /// @throws ProblemException if the persona has no such label
    public Label get(String persona, String name) {
        requireName(name);
        var found = store.find(LABELS, id(persona, name));
        var label = label(found.document(), found.asOf());
        if (label == null) {
            personas.get(persona, new ReadMode.Strong());
            throw missing(persona, name, found.asOf());
        }
        return label;
    }

    /// The labels of a persona, those that were removed left out.
    ///
    /// @throws ProblemException if there is no such persona
    public Listing list(String persona) {
        personas.get(persona, new ReadMode.Strong());
        var listing = store.list(LABELS, new Query(MOST, null, null, persona, null));
        return new Listing(
                listing.documents().stream()
                        .filter(document -> label(document, listing.asOf()) != null)
                        .toList(),
                false,
                listing.asOf());
    }

    /// Makes the label name a version.
    ///
    /// @param expected what has to hold for the label as it is now
    /// @throws ProblemException if the persona has no such version, or the condition does not hold
    public Committed move(String persona, String name, long version, @Nullable Precondition expected, Origin origin) {
        requireName(name);
        if (name.equals(LATEST)) {
            throw new ProblemException(
                    ProblemType.INVALID_PARAMETER, "The label latest follows by itself; it cannot be moved.");
        }
        personas.requiredDocument(personas.version(persona, version));
        return save(persona, name, version, expected, new Step.Needed(personas.collection(), persona, version), origin);
    }

    /// Removes the label.
    ///
    /// @throws ProblemException if the persona has no such label, or the condition does not hold
    public Committed remove(String persona, String name, @Nullable Precondition expected, Origin origin) {
        get(persona, name);
        return save(persona, name, null, expected, null, origin);
    }

    private Committed save(
            String persona,
            String name,
            @Nullable Long target,
            @Nullable Precondition expected,
            Step.@Nullable Needed needed,
            Origin origin) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("persona_id", persona)
                .put("label", name)
                .put("target", target);
        Predicate<@Nullable Document> holds =
                current -> expected == null || (current != null && isThere(current) && expected.test(current));
        String id = id(persona, name);
        var step = new Step.Save(LABELS, id, holds, Json.write(body), needed);
        return personas.committed(store.commit(new Edit(List.of(step), origin, false)), "label " + name);
    }

    private static boolean isThere(Document document) {
        return target(document).isIntegralNumber();
    }

    private static JsonNode target(Document document) {
        return Json.parseStored(document.json()).path("target");
    }

    private static @Nullable Label label(@Nullable Document document, RevisionToken asOf) {
        if (document == null || !isThere(document)) {
            return null;
        }
        String id = document.id();
        return new Label(id.substring(id.lastIndexOf('~') + 1), target(document).longValue(), document, asOf);
    }

    private static ProblemException missing(String persona, String name, RevisionToken asOf) {
        return new ProblemException(
                Problem.of(ProblemType.LABEL_NOT_FOUND, "The persona " + persona + " has no label " + name + "."),
                asOf);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(
                    ProblemType.INVALID_PARAMETER,
                    "A label is a letter and up to 49 of a–z, 0–9, _ and -, all in lower case.");
        }
    }

    private static String id(String persona, String name) {
        return persona + "~" + name;
    }
}
