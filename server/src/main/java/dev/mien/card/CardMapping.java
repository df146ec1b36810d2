package dev.mien.card;

import dev.mien.document.Field;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The persona that a card becomes. [CardTree] goes the other way.
///
/// Reads as much as can be made sense of, and says what it made of what is not as it should be.
final class CardMapping {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_KEPT = 200;
    private static final Set<String> V1_MEMBERS =
            Set.of("description", "personality", "scenario", "first_mes", "mes_example");

    /// Members of other programs' files, and those of a card.
    private static final Map<String, String> PYGMALION = Map.of(
            "char_name", "name",
            "char_persona", "description",
            "char_greeting", "first_mes",
            "world_scenario", "scenario",
            "example_dialogue", "mes_example");
    private static final Map<String, String> TEXT_GENERATION = Map.of(
            "name", "name", "context", "description", "greeting", "first_mes", "example_dialogue", "mes_example");

    private final CardFile file;
    private final List<String> warnings;
    private final List<String> kept = new ArrayList<>();
    private final ObjectNode persona = NODES.objectNode();
    private final ObjectNode card = NODES.objectNode();
    private ObjectNode root;
    private ObjectNode data = NODES.objectNode();
    private @Nullable Spec spec;
    private @Nullable JsonNode version;

    private CardMapping(CardFile file) {
        this.file = file;
        this.warnings = new ArrayList<>(file.warnings());
        this.root = file.root().deepCopy();
    }

    /// What a card came to.
    ///
    /// @param persona the draft, without picture and files
    /// @param spec as the file says; empty for what is older than cards
    /// @param version as the file says; null where it does not
    /// @param kept the pointers of members that no specification knows, or that are another program's
    record Reading(
            ObjectNode persona, String spec, @Nullable JsonNode version, List<String> warnings, List<String> kept) {
        /// The card's own data, which may be written to.
        ObjectNode data() {
            return (ObjectNode) persona.get("card").get("data");
        }
    }

    /// @throws Refusal if it is no card, or its character has no name
    static Reading read(CardFile file) {
        return new CardMapping(file).read();
    }

    private Reading read() {
        recognize();
        String declared = spec == null ? "" : spec.text();
        var declaredVersion = version;
        if (spec == Spec.V2) {
            restoreV3();
        }
        if (data.get("extensions") instanceof ObjectNode extensions) {
            takePersonaOnly(extensions);
        }
        var rest = NODES.objectNode();
        var absent = NODES.arrayNode();
        var filled = NODES.objectNode();
        for (var member : Member.ALL) {
            read(member, rest, absent, filled);
        }
        requireName();
        data.properties().forEach(member -> {
            if (Member.ALL.stream().noneMatch(known -> known.name().equals(member.getKey()))) {
                rest.set(member.getKey(), member.getValue());
            }
        });
        var mirrored = NODES.arrayNode();
        if (spec != Spec.V1) {
            takeMirrored(mirrored);
        }
        noteKept(rest);
        card.put("container", file.container().text());
        if (spec != null) {
            card.put("spec", spec.text());
        }
        if (version != null) {
            card.set("spec_version", version);
        }
        card.set("root", root);
        card.set("data", rest);
        if (!absent.isEmpty()) {
            card.set("absent", absent);
        }
        if (!filled.isEmpty()) {
            card.set("filled", filled);
        }
        if (!mirrored.isEmpty()) {
            card.set("mirrored", mirrored);
        }
        persona.set("card", card);
        return new Reading(persona, declared, declaredVersion, List.copyOf(warnings), List.copyOf(kept));
    }

    private void recognize() {
        var declared = root.get("spec");
        if (declared != null && !declared.isNull()) {
            recognize(declared.asString(""));
        } else if (root.path("char_name").isString()) {
            convert("Pygmalion", PYGMALION);
        } else if (root.path("data").isObject()) {
            throw new Refusal("The card has data and no spec, so nobody can say how to read it; chara_card_v2 and"
                    + " chara_card_v3 are known.");
        } else if (root.path("name").isString() && V1_MEMBERS.stream().anyMatch(root::has)) {
            spec = Spec.V1;
            for (var member : Member.ALL) {
                var value = root.remove(member.name());
                if (value != null) {
                    data.set(member.name(), value);
                }
            }
        } else if (root.path("name").isString() && (root.has("context") || root.has("greeting"))) {
            convert("text-generation-webui", TEXT_GENERATION);
        } else {
            throw new Refusal("The JSON is no character card: it has no spec, and none of the members of older cards"
                    + " (name with description, personality, scenario, first_mes or mes_example; char_name).");
        }
    }

    private void recognize(String declared) {
        var known = Spec.of(declared.strip()).filter(one -> one != Spec.V1);
        if (known.isEmpty()) {
            throw new Refusal(
                    declared.startsWith("lorebook")
                            ? "The JSON is a lorebook and no character; it belongs into a persona's lorebook."
                            : "The card's spec is '"
                                    + (declared.length() > 50 ? declared.substring(0, 50) + "…" : declared)
                                    + "', which is not known; chara_card_v2 and chara_card_v3 are.");
        }
        if (!(root.get("data") instanceof ObjectNode object)) {
            throw new Refusal("The card has no data: its member data must be an object.");
        }
        spec = known.get();
        data = object;
        version = root.get("spec_version");
        root.remove(List.of("spec", "spec_version", "data"));
        warnOfVersion(known.get(), version);
    }

    /// It is compared as a number, whatever it is written as.
    private void warnOfVersion(Spec known, @Nullable JsonNode given) {
        try {
            var number = new BigDecimal(given == null ? "" : given.asString(""));
            if (number.compareTo(new BigDecimal(known.version())) > 0) {
                warnings.add("spec_version is " + number.toString() + ", which is newer than " + known.version()
                        + "; what is new in it is kept and not used.");
            } else if (number.compareTo(new BigDecimal(known.version())) < 0) {
                warnings.add("spec_version is " + number.toString() + "; the card was read as " + known.text() + " "
                        + known.version() + ".");
            }
        } catch (NumberFormatException nonsense) {
            warnings.add((given == null ? "spec_version is missing" : "spec_version is no number")
                    + "; the card was read as " + known.text() + ".");
        }
    }

    private void convert(String program, Map<String, String> names) {
        warnings.add("The JSON is a character of " + program + "; it was read into the members of a card.");
        names.forEach((from, to) -> {
            var value = root.remove(from);
            if (value != null) {
                data.set(to, value);
            }
        });
    }

    /// Takes back what an export from here to version 2 put away.
    private void restoreV3() {
        Books.restore(data.path("character_book"));
        if (data.get("extensions") instanceof ObjectNode extensions
                && extensions.get(CardTree.V3_KEPT) instanceof ObjectNode away
                && away.get("data") instanceof ObjectNode members) {
            extensions.remove(CardTree.V3_KEPT);
            members.properties().forEach(member -> {
                if (!data.has(member.getKey())) {
                    data.set(member.getKey(), member.getValue());
                }
            });
            spec = Spec.V3;
            version = away.get("spec_version");
            warnings.add(
                    "What version 2 cannot say was found in the card's extensions, where an export from here put it, and"
                            + " taken back.");
        }
    }

    /// A member that is as it would be by default stays where it is: it would not be written again.
    private void takePersonaOnly(ObjectNode extensions) {
        if (!(extensions.get(CardTree.PERSONA) instanceof ObjectNode own)) {
            return;
        }
        boolean taken = false;
        for (String name : CardTree.PERSONA_ONLY) {
            var value = own.get(name);
            var field = Member.field(name);
            if (value != null && !value.equals(field.byDefault())) {
                if (isFitting(field, value)) {
                    persona.set(name, value);
                    own.remove(name);
                    taken = true;
                } else {
                    warnings.add("/data/extensions/mien~1persona/" + name + " cannot be a persona's " + name
                            + "; it stays in the extensions.");
                }
            }
        }
        if (taken && own.isEmpty()) {
            extensions.remove(CardTree.PERSONA);
        }
    }

    private static boolean isFitting(Field field, JsonNode value) {
        return switch (field.type()) {
            case TEXT, TEXT_OR_NULL ->
                value.isString()
                        && value.stringValue()
                                        .codePointCount(0, value.stringValue().length())
                                <= field.maximum();
            case TEXTS ->
                value.isArray()
                        && value.size() <= field.maximum()
                        && value.valueStream().allMatch(JsonNode::isString);
            case OBJECT, OBJECT_OR_NULL -> value.isObject();
            case BOOLEAN -> value.isBoolean();
        };
    }

    private void read(Member member, ObjectNode rest, ArrayNode absent, ObjectNode filled) {
        var given = data.get(member.name());
        String filler = filler(member, given);
        var value = filler == null ? member.read(given) : member.read(root.get(filler));
        String pointer = pointer(member.name());
        if (filler != null) {
            filled.put(member.name(), filler);
            warnings.add(
                    pointer + " is " + (given == null ? "missing" : "empty") + "; /" + filler + " was read instead.");
        } else if (given != null) {
            String warning = member.warning(given, pointer);
            if (warning != null) {
                warnings.add(warning);
            }
        }
        // What is converted is never written as it was.
        boolean written = spec == null || member.isWritten(spec, value);
        if (given == null && written && spec != null) {
            absent.add(member.name());
        } else if (given != null && (!written || !given.equals(value))) {
            rest.set(member.name(), given);
        }
        persona.set(member.field().name(), value);
    }

    /// The member of the root that stands for one that is missing in data; null where there is none.
    private @Nullable String filler(Member member, @Nullable JsonNode given) {
        if (given == null && root.hasNonNull(member.name())) {
            return member.name();
        }
        boolean empty =
                given == null || given.isNull() || given.stringValue("x").isEmpty();
        boolean comments = member.name().equals("creator_notes")
                && !root.path(CardTree.CREATOR_COMMENT).stringValue("").isEmpty();
        return empty && comments ? CardTree.CREATOR_COMMENT : null;
    }

    private String pointer(String name) {
        return (spec == Spec.V2 || spec == Spec.V3 ? "/data/" : "/") + Pointers.escape(name);
    }

    private void requireName() {
        if (persona.path("name").stringValue("").isBlank()) {
            throw new Refusal("The character has no name: " + pointer("name") + " is missing or blank.");
        }
    }

    /// Copies at the root, which older programs look for, follow what they are copies of.
    private void takeMirrored(ArrayNode mirrored) {
        for (String name : List.copyOf(root.propertyNames())) {
            var original = data.get(name.equals(CardTree.CREATOR_COMMENT) ? "creator_notes" : name);
            if (original != null && original.equals(root.get(name))) {
                root.remove(name);
                mirrored.add(name);
            }
        }
    }

    private void noteKept(ObjectNode rest) {
        root.propertyNames().forEach(name -> kept.add("/" + Pointers.escape(name)));
        rest.propertyNames().forEach(name -> {
            boolean known = CardTree.ORDER.contains(name) && (spec != Spec.V2 || !CardTree.SINCE_V3.contains(name));
            if (!known) {
                kept.add(pointer(name));
            }
        });
        data.path("extensions").propertyNames().forEach(name -> kept.add("/data/extensions/" + Pointers.escape(name)));
        Books.unknown(data.path("character_book"), pointer("character_book"), kept);
        if (kept.size() > MOST_KEPT) {
            int more = kept.size() - MOST_KEPT;
            kept.subList(MOST_KEPT, kept.size()).clear();
            warnings.add(more + " more members that no specification knows are kept.");
        }
    }
}
