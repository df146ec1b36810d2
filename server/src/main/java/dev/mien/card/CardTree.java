package dev.mien.card;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tree of a card, written from a persona.
///
/// **What nobody edited comes back as it was.** The persona's member `card` has everything of the card that is no
/// member of a persona, and also each member that a persona could not have as it was: of a wrong type, too long, or
/// empty where it may be missing. Such a value is written again as long as the persona has what was read from it. So in
/// the specification that a card came in, a persona that was not edited gives the same tree, down to what is wrong with
/// it.
final class CardTree {
    /// Where an import finds what version 2 could not say.
    static final String V3_KEPT = "mien/v3";
    /// Where members of a persona stand that no card has.
    static final String PERSONA = "mien/persona";

    static final List<String> PERSONA_ONLY =
            List.of("appearance", "content_themes", "style_preferences", "prompt_template", "attributes");
    static final Set<String> SINCE_V3 = Set.of(
            "nickname",
            "creator_notes_multilingual",
            "source",
            "group_only_greetings",
            "assets",
            "creation_date",
            "modification_date");
    /// The members of `data`, in the order in which they are written; others follow.
    static final List<String> ORDER = List.of(
            "name",
            "nickname",
            "description",
            "personality",
            "scenario",
            "first_mes",
            "mes_example",
            "creator_notes",
            "creator_notes_multilingual",
            "system_prompt",
            "post_history_instructions",
            "alternate_greetings",
            "group_only_greetings",
            "character_book",
            "tags",
            "creator",
            "character_version",
            "source",
            "creation_date",
            "modification_date",
            "assets",
            "extensions");
    /// The root's copies that have another name there.
    static final String CREATOR_COMMENT = "creatorcomment";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode persona;
    private final JsonNode card;
    private final @Nullable Spec source;
    private final Spec target;
    private final List<Loss> losses = new ArrayList<>();
    private final ObjectNode root = NODES.objectNode();
    private final ObjectNode data = NODES.objectNode();
    private final ObjectNode keptForV3 = NODES.objectNode();

    private CardTree(ObjectNode persona, Spec target) {
        this.persona = persona;
        this.card = persona.path("card");
        this.source = source(persona);
        this.target = target;
    }

    /// A card and what it cannot say.
    record Written(ObjectNode root, List<Loss> losses) {}

    /// The specification that a persona's card came in; null where it came from none, or from something older.
    static @Nullable Spec source(ObjectNode persona) {
        return Spec.of(persona.path("card").path("spec").stringValue("")).orElse(null);
    }

    static Written write(ObjectNode persona, Spec target) {
        var tree = new CardTree(persona, target);
        tree.write();
        return new Written(tree.root, List.copyOf(tree.losses));
    }

    private boolean isSame() {
        return source == target;
    }

    /// Whether what version 2 does not know was in a card of version 2 all the same, or of version 1, and goes back
    /// there.
    private boolean isOlder() {
        return source == Spec.V1 || source == Spec.V2;
    }

    private void write() {
        var rest = card.path("root");
        rest.properties().forEach(member -> root.set(member.getKey(), member.getValue()));
        Member.ALL.forEach(this::writeMember);
        card.path("data").properties().forEach(member -> {
            if (Member.ALL.stream().noneMatch(known -> known.name().equals(member.getKey()))) {
                writeOther(member.getKey(), member.getValue());
            }
        });
        if (!isSame() && target != Spec.V1) {
            writeDefaults();
        }
        if (target == Spec.V3) {
            writeDates();
        }
        writePersonaOnly();
        if (target == Spec.V2 && !keptForV3.isEmpty()) {
            var kept = NODES.objectNode();
            kept.set(
                    "spec_version",
                    source == Spec.V3 ? card.path("spec_version") : NODES.stringNode(Spec.V3.version()));
            if (kept.path("spec_version").isMissingNode()) {
                kept.remove("spec_version");
            }
            kept.set("data", keptForV3);
            extensions().set(V3_KEPT, kept);
        }
        putTogether();
    }

    private void writeMember(Member member) {
        var value = persona.hasNonNull(member.field().name())
                ? persona.get(member.field().name())
                : member.byDefault();
        var raw = card.path("data").get(member.name());
        String filler = card.path("filled").path(member.name()).stringValue(null);
        if (filler != null) {
            if (!member.read(card.path("root").get(filler)).equals(value)) {
                root.set(filler, value);
            } else if (isSame()) {
                if (raw != null) {
                    data.set(member.name(), raw);
                }
                return;
            }
            raw = null;
        }
        boolean unedited = raw != null && member.read(raw).equals(value);
        if (isSame() && raw != null) {
            data.set(member.name(), unedited ? raw : value);
            return;
        }
        if (isSame() && value.equals(member.byDefault()) && isAbsent(member.name())) {
            return;
        }
        if (unedited && raw != null && member.isOfItsType(raw)) {
            value = raw;
        }
        if (member.isWritten(target, value)) {
            data.set(member.name(), member.kind() == Member.Kind.BOOK ? book(value) : value);
        } else if (!target.isAtLeast(member.since()) && !value.equals(member.byDefault())) {
            lose(member.name(), value);
        }
    }

    private boolean isAbsent(String name) {
        return card.path("absent").valueStream().anyMatch(absent -> name.equals(absent.stringValue(null)));
    }

    private JsonNode book(JsonNode value) {
        if (!(value instanceof ObjectNode book) || isSame()) {
            return value;
        }
        return target == Spec.V2 && !isOlder() ? Books.reduced(book, losses) : Books.completed(book, target);
    }

    private void lose(String name, JsonNode value) {
        if (target == Spec.V2) {
            keptForV3.set(name, value);
            losses.add(Loss.kept("/data/" + Pointers.escape(name)));
        } else {
            losses.add(Loss.lost("/data/" + Pointers.escape(name)));
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || (value.isContainer() && value.isEmpty())
                || value.stringValue("x").isEmpty();
    }

    private void writeOther(String name, JsonNode value) {
        if (isSame()) {
            data.set(name, value.deepCopy());
        } else if (target == Spec.V1) {
            if (!isEmpty(value)) {
                losses.add(Loss.lost("/data/" + Pointers.escape(name)));
            }
        } else if (target == Spec.V2 && !isOlder() && SINCE_V3.contains(name)) {
            keptForV3.set(name, value);
            if (!isEmpty(value)) {
                losses.add(Loss.kept("/data/" + Pointers.escape(name)));
            }
        } else {
            data.set(name, value.deepCopy());
        }
    }

    /// What the target wants and the source did not have. A flat card may have it at its root.
    private void writeDefaults() {
        for (String name : List.of("creator", "character_version")) {
            if (!data.has(name)) {
                var flat = source == Spec.V1 && root.path(name).isString() ? root.remove(name) : null;
                data.set(name, flat == null ? NODES.stringNode("") : flat);
            }
        }
        if (!data.has("extensions")) {
            var flat = source == Spec.V1 && root.path("extensions").isObject() ? root.remove("extensions") : null;
            data.set("extensions", flat == null ? NODES.objectNode() : flat.deepCopy());
        }
        if (target == Spec.V3 && !data.has("group_only_greetings")) {
            data.set("group_only_greetings", NODES.arrayNode());
        }
    }

    /// The time of the last edit, unless it is withheld. A card that was not edited since it came keeps its own.
    private void writeDates() {
        boolean edited = persona.path("version").asLong(1) > 1;
        if (source == null && !data.has("creation_date")) {
            seconds("created_at").ifPresent(date -> data.set("creation_date", date));
        }
        boolean withheld = data.path("modification_date").isNumber()
                && data.path("modification_date").decimalValue().signum() == 0;
        if ((!isSame() || edited) && !withheld) {
            seconds("updated_at").ifPresent(date -> data.set("modification_date", date));
        }
    }

    private Optional<JsonNode> seconds(String name) {
        try {
            return Optional.of(NODES.numberNode(
                    Instant.parse(persona.path(name).stringValue("")).getEpochSecond()));
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }

    private ObjectNode extensions() {
        if (data.get("extensions") instanceof ObjectNode there) {
            return there;
        }
        var extensions = NODES.objectNode();
        data.set("extensions", extensions);
        return extensions;
    }

    private void writePersonaOnly() {
        var own = NODES.objectNode();
        for (String name : PERSONA_ONLY) {
            var value = persona.path(name);
            if (!value.isMissingNode() && !value.equals(Member.field(name).byDefault())) {
                own.set(name, value);
            }
        }
        if (own.isEmpty()) {
            return;
        }
        boolean hasPlace = !data.has("extensions") || data.get("extensions").isObject();
        if (target == Spec.V1 || !hasPlace) {
            own.propertyNames().forEach(name -> losses.add(Loss.lost("/data/extensions/mien~1persona/" + name)));
            return;
        }
        if (extensions().get(PERSONA) instanceof ObjectNode there) {
            own.properties().forEach(member -> there.set(member.getKey(), member.getValue()));
        } else {
            extensions().set(PERSONA, own);
        }
    }

    private void putTogether() {
        var ordered = NODES.objectNode();
        for (String name : ORDER) {
            if (data.has(name)) {
                ordered.set(name, data.get(name));
            }
        }
        data.properties().forEach(member -> ordered.set(member.getKey(), member.getValue()));
        var rest = root.deepCopy();
        for (var mirrored : card.path("mirrored")) {
            String name = mirrored.stringValue("");
            var copied = ordered.get(name.equals(CREATOR_COMMENT) ? "creator_notes" : name);
            if (copied != null) {
                rest.set(name, copied);
            }
        }
        root.removeAll();
        if (target == Spec.V1) {
            ordered.properties().forEach(member -> root.set(member.getKey(), member.getValue()));
        } else {
            root.put("spec", target.text());
            if (!isSame()) {
                root.put("spec_version", target.version());
            } else if (card.has("spec_version")) {
                root.set("spec_version", card.get("spec_version"));
            }
            root.set("data", ordered);
        }
        rest.properties().forEach(member -> {
            if (!root.has(member.getKey())) {
                root.set(member.getKey(), member.getValue());
            }
        });
    }
}
