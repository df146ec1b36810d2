package dev.mien.card;

import static dev.mien.card.Cards.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.document.Schema;
import dev.mien.persona.PersonaService;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// From a card's tree to a persona and back.
class CardTreeTest {
    private static final CardReader READER = new CardReader(new CardConfig(1_000_000));

    private static CardMapping.Reading read(String card) {
        return CardMapping.read(READER.read(Cards.bytes(card)));
    }

    private static CardMapping.Reading read(JsonNode card) {
        return CardMapping.read(READER.read(Cards.JSON.writeValueAsBytes(card)));
    }

    /// The persona as a server has it, which checks it and gives it a version and times.
    private static ObjectNode stored(ObjectNode draft, int version) {
        var checked = PersonaService.SCHEMA.check(draft, null);
        assertThat(checked.violations()).isEmpty();
        return checked.body()
                .put("version", version)
                .put("created_at", "2026-01-01T00:00:00.000Z")
                .put("updated_at", "2026-01-02T00:00:00.000Z");
    }

    private static ObjectNode write(CardMapping.Reading reading, Spec spec) {
        return CardTree.write(stored(reading.persona(), 1), spec).root();
    }

    static List<String> cards() {
        return List.of(
                Cards.v1(),
                Cards.v2(),
                Cards.v3(),
                // What real cards do wrong.
                "{'spec':'chara_card_v2','data':{'name':'A','alternate_greetings':'Hi','tags':'a, b','character_book':null}}",
                "{'spec':'chara_card_v2','spec_version':2,'data':{'name':'A','alternate_greetings':'','description':null}}",
                "{'spec':'chara_card_v3','spec_version':'3.1','data':{'name':'A','nickname':'','tags':[1,null,{}],"
                        + "'description':5,'personality':{'a':1},'extensions':[]}}",
                "{'spec':'chara_card_v2','spec_version':null,'name':'A','description':'D','creatorcomment':'CC','fav':true,"
                        + "'data':{'name':'A','creator_notes':'','nickname':'N','assets':[],'creation_date':0}}",
                "{'spec':'chara_card_v2','spec_version':'2.0','name':'A','first_mes':'Root','tags':['x'],"
                        + "'data':{'name':'A','extensions':{'mien/persona':{}}}}",
                "{'name':'A','description':'D','creatorcomment':'CC','extensions':{'a':1},'creator':'X','nickname':'N',"
                        + "'character_book':{'entries':[]}}",
                "{'spec':'chara_card_v3','spec_version':'3.0','data':{'name':'" + "n".repeat(300)
                        + "','extensions':{'mien/persona':{'appearance':'Tall','content_themes':'no list','other':1}}}}");
    }

    @ParameterizedTest
    @MethodSource("cards")
    void write_specThatItCameInAndNotEdited_isTheSameTree(String card) {
        var reading = read(card);

        var written = write(reading, CardTree.source(reading.persona()));

        assertThat((JsonNode) written).isEqualTo(json(card));
    }

    @Test
    void write_anyCardNotEdited_isTheSameTree() {
        long seed = System.nanoTime();
        var random = new Random(seed);

        for (int round = 0; round < 3_000; round++) {
            var card = randomCard(random);
            var reading = read(card);
            var written = write(reading, CardTree.source(reading.persona()));
            assertThat((JsonNode) written)
                    .as("seed %d, round %d: %s", seed, round, card)
                    .isEqualTo(card);
        }
    }

    private static ObjectNode randomCard(Random random) {
        var root = JsonNodeFactory.instance.objectNode();
        var data = JsonNodeFactory.instance.objectNode();
        var names = new ArrayList<>(CardTree.ORDER);
        names.addAll(List.of("unknown", "a/b~c", "creatorcomment", "avatar"));
        boolean flat = random.nextInt(4) == 0;
        boolean third = random.nextBoolean();
        for (String name : names) {
            if (random.nextInt(3) > 0) {
                data.set(name, randomValue(random, 0));
            }
            if (!flat && random.nextInt(6) == 0) {
                root.set(name, random.nextBoolean() && data.has(name) ? data.get(name) : randomValue(random, 0));
            }
        }
        data.put("name", "Name " + random.nextInt());
        if (flat) {
            data.put("description", "D");
            return data;
        }
        root.put("spec", third ? "chara_card_v3" : "chara_card_v2");
        if (random.nextInt(4) > 0) {
            root.set("spec_version", randomValue(random, 2));
        }
        root.set("data", data);
        return root;
    }

    private static JsonNode randomValue(Random random, int depth) {
        var nodes = JsonNodeFactory.instance;
        int kind = random.nextInt(depth > 1 ? 6 : 9);
        if (kind < 3) {
            return nodes.stringNode(List.of("", "text", "a, b", "@@depth 1\nx").get(random.nextInt(4)));
        } else if (kind == 3) {
            return nodes.numberNode(random.nextInt(5));
        } else if (kind == 4) {
            return random.nextBoolean() ? nodes.nullNode() : nodes.booleanNode(random.nextBoolean());
        } else if (kind == 5) {
            return nodes.arrayNode();
        } else if (kind == 6) {
            var array = nodes.arrayNode();
            for (int i = random.nextInt(3); i >= 0; i--) {
                array.add(randomValue(random, depth + 1));
            }
            return array;
        }
        var object = nodes.objectNode();
        for (String name : List.of("entries", "extensions", "mien/persona", "content", "x")) {
            if (random.nextInt(3) == 0) {
                object.set(name, randomValue(random, depth + 1));
            }
        }
        return object;
    }

    @Test
    void read_everyMember_hasItsPlaceInThePersona() {
        var persona = read(Cards.v3()).persona();

        assertThat(persona.get("name").stringValue()).isEqualTo("Ada");
        assertThat(persona.get("nickname").stringValue()).isEqualTo("Lady A");
        assertThat(persona.get("description").stringValue()).isEqualTo("D");
        assertThat(persona.get("personality").stringValue()).isEqualTo("P");
        assertThat(persona.get("scenario").stringValue()).isEqualTo("S");
        assertThat(persona.get("greeting").stringValue()).isEqualTo("F");
        assertThat(persona.get("example_dialogue").stringValue()).isEqualTo("M");
        assertThat(persona.get("creator_notes").stringValue()).isEqualTo("N");
        assertThat(persona.get("system_prompt").stringValue()).isEqualTo("SP");
        assertThat(persona.get("post_history_instructions").stringValue()).isEqualTo("PHI");
        assertThat(persona.get("alternate_greetings")).isEqualTo(json("['B']"));
        assertThat(persona.get("tags")).isEqualTo(json("['t']"));
        assertThat(persona.get("lorebook")).isEqualTo(json(Cards.v3()).at("/data/character_book"));
        assertThat(persona.get("card").get("data").has("name")).isFalse();
        assertThat(persona.get("card").at("/data/group_only_greetings")).isEqualTo(json("['To all']"));
    }

    @Test
    void read_membersThatNobodyKnows_areNamed() {
        assertThat(read(Cards.v2()).kept())
                .contains(
                        "/zeta",
                        "/alpha",
                        "/data/avatar",
                        "/data/another",
                        "/data/extensions/app~1key",
                        "/data/extensions/talkativeness",
                        "/data/character_book/unknown_in_book",
                        "/data/character_book/extensions/book~1x",
                        "/data/character_book/entries/0/uid",
                        "/data/character_book/entries/0/extensions/e")
                .doesNotContain("/data/creator", "/data/name", "/data/character_book/entries/0/keys");
    }

    @Test
    void write_edits_showInEverySpec() {
        for (var card : List.of(Cards.v1(), Cards.v2(), Cards.v3())) {
            var persona = stored(read(card).persona(), 2).put("name", "Augusta").put("greeting", "New");

            for (var spec : Spec.values()) {
                var root = CardTree.write(persona, spec).root();
                var data = spec == Spec.V1 ? root : root.get("data");
                assertThat(data.get("name").stringValue()).isEqualTo("Augusta");
                assertThat(data.get("first_mes").stringValue()).isEqualTo("New");
                assertThat(data.get("description")).isEqualTo(persona.get("description"));
            }
        }
    }

    @Test
    void write_editOfAMemberThatRootRepeatsOrFills_showsInBothPlaces() {
        var repeated = "{'spec':'chara_card_v2','spec_version':'2.0','name':'A','first_mes':'F','creatorcomment':'C',"
                + "'data':{'name':'A','first_mes':'F','creator_notes':''}}";
        var persona = stored(read(repeated).persona(), 2).put("name", "B").put("creator_notes", "Mine");

        var root = CardTree.write(persona, Spec.V2).root();

        assertThat(root.get("name").stringValue()).isEqualTo("B");
        assertThat(root.at("/data/name").stringValue()).isEqualTo("B");
        assertThat(root.get("first_mes").stringValue()).isEqualTo("F");
        assertThat(root.get("creatorcomment").stringValue()).isEqualTo("Mine");
        assertThat(root.at("/data/creator_notes").stringValue()).isEqualTo("Mine");
    }

    @Test
    void write_editOfAMemberThatWasCut_isWrittenAndTheRestIsGone() {
        var reading = read("{'spec':'chara_card_v2','spec_version':'2.0','data':{'name':'" + "n".repeat(300) + "'}}");
        assertThat(reading.persona().get("name").stringValue()).hasSize(200);
        assertThat(reading.warnings()).anyMatch(warning -> warning.contains("/data/name") && warning.contains("200"));

        var persona = stored(reading.persona(), 2).put("name", "Short");

        assertThat(CardTree.write(persona, Spec.V2).root().at("/data/name").stringValue())
                .isEqualTo("Short");
        assertThat(CardTree.write(stored(reading.persona(), 1), Spec.V3)
                        .root()
                        .at("/data/name")
                        .stringValue())
                .hasSize(300);
    }

    @Test
    void write_toV2_keepsWhatItCannotSayAndAnImportTakesItBack() {
        var reading = read(Cards.v3());
        var written = CardTree.write(stored(reading.persona(), 1), Spec.V2);

        assertThat(written.root().at("/data/nickname").isMissingNode()).isTrue();
        assertThat(written.root().at("/data/assets").isMissingNode()).isTrue();
        assertThat(written.root().at("/data/character_book/entries/0/content").stringValue())
                .isEqualTo("Text");
        assertThat(written.root().at("/data/character_book/entries/0").has("use_regex"))
                .isFalse();
        assertThat(written.losses())
                .allMatch(Loss::isKept)
                .extracting(Loss::pointer)
                .contains(
                        "/data/nickname",
                        "/data/assets",
                        "/data/source",
                        "/data/group_only_greetings",
                        "/data/creator_notes_multilingual",
                        "/data/creation_date",
                        "/data/modification_date",
                        "/data/character_book/entries/0/use_regex",
                        "/data/character_book/entries/0/id",
                        "/data/character_book/entries/0/content");

        var again = read(written.root());
        assertThat((JsonNode) write(again, Spec.V3)).isEqualTo(json(Cards.v3()));
        assertThat(CardTree.source(again.persona())).isEqualTo(Spec.V3);
    }

    @Test
    void write_toV2WhoseEntriesAnotherProgramMoved_takesBackEachWhereItWent() {
        var root = write(read(Cards.v3()), Spec.V2);
        var entries = (ArrayNode) root.at("/data/character_book/entries");
        var first = entries.remove(0);
        ((ObjectNode) first).put("content", "Edited elsewhere");
        entries.add(first);

        var again = write(read(root), Spec.V3);

        assertThat(again.at("/data/character_book/entries/1/content").stringValue())
                .isEqualTo("@@depth 3\n@@@role user\n\nEdited elsewhere");
        assertThat(again.at("/data/character_book/entries/1/id").stringValue()).isEqualTo("one");
        assertThat(again.at("/data/character_book/entries/0/id").intValue()).isEqualTo(5);
    }

    @Test
    void write_toV3_hasWhatV3Requires() {
        var root = write(read(Cards.v2()), Spec.V3);

        assertThat(root.get("spec_version").stringValue()).isEqualTo("3.0");
        assertThat(root.at("/data/group_only_greetings")).isEqualTo(json("[]"));
        assertThat(root.at("/data/another")).isEqualTo(json("{'b':1,'a':2}"));
        assertThat(root.get("zeta")).isEqualTo(json(Cards.v2()).get("zeta"));
        var plain = write(
                read("{'spec':'chara_card_v2','spec_version':'2.0','data':{'name':'A','character_book':"
                        + "{'entries':[{'keys':[],'content':'x','enabled':true,'insertion_order':1}]}}}"),
                Spec.V3);
        assertThat(plain.at("/data/character_book/entries/0/use_regex").booleanValue())
                .isFalse();
        assertThat(plain.at("/data/character_book/entries/0/extensions").isObject())
                .isTrue();
        assertThat(plain.at("/data/tags").isArray()).isTrue();
        assertThat(plain.at("/data/extensions").isObject()).isTrue();
    }

    @Test
    void write_toV1_saysWhatIsLost() {
        var written = CardTree.write(stored(read(Cards.v2()).persona(), 1), Spec.V1);

        assertThat(written.root().propertyNames())
                .contains("name", "description", "personality", "scenario", "first_mes", "mes_example")
                .doesNotContain("spec", "data", "tags");
        assertThat(written.losses())
                .noneMatch(Loss::isKept)
                .extracting(Loss::pointer)
                .contains("/data/tags", "/data/character_book", "/data/creator", "/data/extensions");
    }

    @Test
    void write_membersThatNoCardHas_goThereAndBack() {
        var persona = stored(read(Cards.v2()).persona(), 2);
        persona.put("appearance", "Tall").put("prompt_template", "T");
        persona.set("content_themes", json("['a']"));
        persona.set("style_preferences", json("{'tone':'dry'}"));
        persona.set("attributes", json("{'n':1}"));

        for (var spec : List.of(Spec.V2, Spec.V3)) {
            var root = CardTree.write(persona, spec).root();
            assertThat(root.at("/data/extensions/talkativeness").stringValue()).isEqualTo("0.5");
            var again = read(root).persona();
            for (String name : CardTree.PERSONA_ONLY) {
                assertThat(again.get(name)).isEqualTo(persona.get(name));
            }
            assertThat(again.at("/card/data/extensions").has("mien/persona")).isFalse();
        }
    }

    @Test
    void write_personaThatCameFromNoCard_isAValidCard() {
        var persona =
                stored((ObjectNode) json("{'name':'Eve','nickname':'E','lorebook':{'entries':[{'keys':['k']}]}}"), 3);

        var v3 = CardTree.write(persona, Spec.V3).root();
        var v2 = CardTree.write(persona, Spec.V2);

        assertThat(v3.at("/data/creation_date").longValue()).isEqualTo(1767225600L);
        assertThat(v3.at("/data/modification_date").longValue()).isEqualTo(1767312000L);
        assertThat(v3.at("/data/nickname").stringValue()).isEqualTo("E");
        assertThat(v3.at("/data/character_book/entries/0/use_regex").isBoolean())
                .isTrue();
        assertThat(v2.losses()).containsExactly(Loss.kept("/data/nickname"));
        assertThat(read(v2.root()).persona().get("nickname").stringValue()).isEqualTo("E");
        for (var root : List.of(v3, v2.root())) {
            for (String name : List.of("creator_notes", "system_prompt", "creator", "character_version")) {
                assertThat(root.at("/data/" + name).isString()).isTrue();
            }
        }
    }

    @Test
    void write_editedCardOfV3_hasTheTimeOfTheEditUnlessItIsWithheld() {
        var edited = stored(read(Cards.v3()).persona(), 2);
        var withheld = stored(
                read(Cards.v3().replace("'modification_date':1700000001", "'modification_date':0"))
                        .persona(),
                2);

        assertThat(CardTree.write(edited, Spec.V3)
                        .root()
                        .at("/data/modification_date")
                        .longValue())
                .isEqualTo(1767312000L);
        assertThat(CardTree.write(edited, Spec.V3)
                        .root()
                        .at("/data/creation_date")
                        .longValue())
                .isEqualTo(1700000000L);
        assertThat(CardTree.write(withheld, Spec.V3)
                        .root()
                        .at("/data/modification_date")
                        .longValue())
                .isZero();
    }

    @Test
    void write_cardWrittenByHand_isWrittenAsFarAsItMakesSense() {
        for (String card : List.of(
                "{}",
                "{'data':1,'root':[],'files':'x'}",
                "{'spec':'chara_card_v2','absent':1,'filled':[]}",
                "{'spec':'chara_card_v3','mirrored':{'a':1},'data':{'extensions':5,'assets':{'a':1}}}")) {
            var persona = stored((ObjectNode) json("{'name':'Eve','appearance':'x','card':" + card + "}"), 1);
            for (var spec : Spec.values()) {
                var root = CardTree.write(persona, spec).root();
                assertThat((spec == Spec.V1 ? root : root.get("data"))
                                .get("name")
                                .stringValue())
                        .isEqualTo("Eve");
            }
        }
    }

    @Test
    void read_otherProgramsCharacters_becomePersonas() {
        var pygmalion = read("{'char_name':'Eve','char_persona':'P','char_greeting':'G','world_scenario':'W',"
                        + "'example_dialogue':'E','more':1}")
                .persona();
        var textGeneration = read("{'name':'Eve','context':'P','greeting':'G','turn_template':'x'}")
                .persona();

        for (var persona : List.of(pygmalion, textGeneration)) {
            assertThat(persona.get("name").stringValue()).isEqualTo("Eve");
            assertThat(persona.get("description").stringValue()).isEqualTo("P");
            assertThat(persona.get("greeting").stringValue()).isEqualTo("G");
        }
        assertThat(pygmalion.get("scenario").stringValue()).isEqualTo("W");
        assertThat(pygmalion.get("example_dialogue").stringValue()).isEqualTo("E");
        assertThat(CardTree.write(stored(pygmalion, 1), Spec.V3)
                        .root()
                        .get("more")
                        .intValue())
                .isEqualTo(1);
        assertThat(textGeneration.at("/card/root/turn_template").stringValue()).isEqualTo("x");
    }

    @Test
    void read_tolerantly_asRealCardsNeedIt() {
        var persona = read("{'spec':'chara_card_v2','name':'A','personality':'Root','creatorcomment':'CC',"
                        + "'data':{'name':'A','alternate_greetings':'Hi','tags':' a ,b,, ','character_book':null,'creator_notes':''}}")
                .persona();

        assertThat(persona.get("alternate_greetings")).isEqualTo(json("['Hi']"));
        assertThat(persona.get("tags")).isEqualTo(json("['a','b']"));
        assertThat(persona.get("lorebook").isNull()).isTrue();
        assertThat(persona.get("personality").stringValue()).isEqualTo("Root");
        assertThat(persona.get("creator_notes").stringValue()).isEqualTo("CC");
        assertThat(read("{'spec':'chara_card_v3','spec_version':'4.5','data':{'name':'A'}}")
                        .warnings())
                .anyMatch(warning -> warning.contains("4.5") && warning.contains("newer"));
        assertThat(read("{'spec':'chara_card_v3','spec_version':'x','data':{'name':'A'}}")
                        .warnings())
                .anyMatch(warning -> warning.contains("spec_version"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} | no character card",
                "[] | no character card|none that a card comes in",
                "{'data':{'name':'A'}} | no spec",
                "{'spec':'chara_card_v2','data':{'description':'D'}} | no name",
                "{'spec':'chara_card_v2','data':{'name':'  '}} | no name",
                "{'spec':'chara_card_v2','name':'A'} | no data",
                "{'spec':'chara_card_v9','data':{'name':'A'}} | chara_card_v9",
                "{'spec':'lorebook_v3','data':{'entries':[]}} | lorebook",
                "{'name':'A','name':'B','description':''} | not well-formed",
                "{'name':'A', | not well-formed",
            })
    void read_whatIsNoCard_isRefusedWithTheReason(String line) {
        String[] parts = line.split(" \\| ", 2);
        String[] reasons = parts[1].split("\\|");

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> read(parts[0])))
                .isInstanceOf(Refusal.class)
                .satisfies(refusal -> assertThat(reasons)
                        .anyMatch(reason -> String.valueOf(refusal.getMessage()).contains(reason)));
    }

    @Test
    void read_charactersThatAreNone_areReplacedAndNamed() {
        var reading = read("{'name':'A\\u0000','description':'x\\ud83dy'}");

        assertThat(reading.persona().get("name").stringValue()).isEqualTo("A\ufffd");
        assertThat(reading.persona().get("description").stringValue()).isEqualTo("x\ufffdy");
        assertThat(reading.warnings()).hasSize(2);
        assertThat(Schema.bodyOf(stored(reading.persona(), 1))).isNotNull();
    }

    @Test
    void read_nestedTooDeeply_isRefused() {
        String deep =
                "{'spec':'chara_card_v2','data':{'name':'A','extensions':" + "[".repeat(95) + "]".repeat(95) + "}}";

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> read(deep)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("nested");
    }
}
