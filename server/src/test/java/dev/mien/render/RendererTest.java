package dev.mien.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class RendererTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Renderer RENDERER = new Renderer("");
    private static final String OPHELIA = """
            {"id": "p1", "name": "Ophelia", "nickname": "Fay", "description": "{{char}} is.", "appearance": "Neat.",
             "personality": "Exact.", "scenario": "A garden.", "system_prompt": "You are {{char}}.", "greeting": "Hello, {{user}}.",
             "alternate_greetings": ["Second."], "example_dialogue": "<START>\\n{{user}}: one\\n<start>\\n{{char}}: two",
             "post_history_instructions": "Stay {{char}}.", "style_preferences": {"tone": "dry", "sentence_length": ["short", "long"]},
             "content_themes": ["grief", "plants"], "creator_notes": "SECRET", "attributes": {"age": 19},
             "card": {"data": {"group_only_greetings": ["For a group."]}}}
            """;

    private static JsonNode render(String persona, String request) {
        var asked = RenderRequest.of(JSON.readTree(request.replace('\'', '"')));
        var json = JsonNodeFactory.instance.objectNode();
        RENDERER.render((ObjectNode) JSON.readTree(persona), asked).write(json, asked.format());
        return json;
    }

    private static String with(String members) {
        var persona = (ObjectNode) JSON.readTree(OPHELIA);
        persona.setAll((ObjectNode) JSON.readTree(members.replace('\'', '"')));
        return persona.toString();
    }

    private static List<String> messages(JsonNode rendered) {
        var messages = new ArrayList<String>();
        rendered.get("messages")
                .forEach(message -> messages.add(message.get("role").stringValue() + ": "
                        + message.get("content").stringValue()));
        return messages;
    }

    @Test
    void render_byDefault_putsEveryFieldWhereItBelongs() {
        var messages =
                messages(render(OPHELIA, "{'user':'Ann','messages':[{'role':'user','content':'Hi {{char}}.'}]}"));

        assertThat(messages).containsExactly("""
                        system: You are Fay.

                        Fay is.

                        Fay's appearance: Neat.

                        Fay's personality: Exact.

                        How Fay speaks and writes:
                        - tone: dry
                        - sentence length: short, long

                        Themes: grief, plants

                        Scenario: A garden.

                        An example of how Fay talks:
                        Ann: one

                        An example of how Fay talks:
                        Fay: two""", "assistant: Hello, Ann.", "user: Hi {{char}}.", "system: Stay Fay.");
    }

    @Test
    void render_almostEmptyPersona_isShort() {
        assertThat(messages(render("{\"id\":\"p\",\"name\":\"Ophelia\"}", "{}")))
                .containsExactly("system: Write the next reply of Ophelia in a conversation with User.");
    }

    @Test
    void render_notForModels_staysOut() {
        assertThat(render(OPHELIA, "{'card_macros':true}").toString()).doesNotContain("SECRET", "19");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                       | Hello, User.",
                "{'greeting':1}                                           | Second.",
                "{'greeting':2,'group':true}                              | For a group.",
                "{'greeting':0,'messages':[{'role':'user','content':'x'}]} | Hello, User.",
                "{'greeting':'none'}                                      | ",
                "{'messages':[{'role':'assistant','content':'Mine.'}]}    | Mine.",
                "{'greeting':1,'messages':[{'role':'assistant','content':'Mine.'}]} | Mine.",
            })
    void render_greeting_isTheOneThatIsAskedFor(String request, String expected) {
        assertThat(messages(render(OPHELIA, request)).stream().filter(message -> message.startsWith("assistant")))
                .isEqualTo(expected == null ? List.of() : List.of("assistant: " + expected));
    }

    @Test
    void render_greetingThatIsNotThere_isRefused() {
        assertThatThrownBy(() -> render(OPHELIA, "{'greeting':2}")).hasMessage("/greeting is 2; there are 0 to 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                // The persona's system prompt | the client's | the result
                "Mine.              | Theirs.        | Mine.",
                "``                 | Theirs, {{char}}. | Theirs, Fay.",
                "[{{original}}]     | Theirs, {{char}}. | [Theirs, Fay.]",
                "[{{original}}]     | -              | [Write the next reply of Fay in a conversation with User.]",
            })
    void render_original_isTheClientsText(String own, String theirs, String expected) {
        String persona = with("{'system_prompt':'" + own + "','post_history_instructions':'" + own + "'}");
        String request = theirs == null
                ? "{}"
                : "{'original':{'system_prompt':'" + theirs + "','post_history_instructions':'" + theirs + "'}}";

        var messages = messages(render(persona, request));

        assertThat(messages.getFirst()).startsWith("system: " + expected + "\n");
        assertThat(messages.getLast()).isEqualTo(theirs == null ? "system: []" : "system: " + expected);
    }

    @Test
    void render_anthropic_takesTurnsAndBeginsWithTheUser() {
        String conversation = "'messages':[{'role':'user','content':'a'},{'role':'system','content':'b'},"
                + "{'role':'assistant','content':'c'},{'role':'assistant','content':'d'},{'role':'user','content':'e'}]";

        var rendered = render(OPHELIA, "{'format':'anthropic'," + conversation + "}");
        var without = render(
                OPHELIA,
                "{'format':'anthropic','greeting':'none','messages':[{'role':'system','content':'S'},{'role':'user','content':'a'}]}");

        assertThat(rendered.get("system").stringValue())
                .startsWith("You are Fay.")
                .endsWith("Fay: two");
        assertThat(messages(rendered))
                .containsExactly(
                        "user: [The conversation begins.]",
                        "assistant: Hello, User.",
                        "user: a\n\nb",
                        "assistant: c\n\nd",
                        "user: e\n\nStay Fay.");
        assertThat(without.get("system").stringValue()).endsWith("Fay: two\n\nS");
        assertThat(messages(without)).containsExactly("user: a\n\nStay Fay.");
    }

    @Test
    void render_text_endsWithTheNameWhereItIsTheCharactersTurn() {
        var rendered = render(OPHELIA, "{'format':'text','user':'Ann','messages':[{'role':'user','content':'Hi.'}]}");
        var begun = render(OPHELIA, "{'format':'text'}");

        assertThat(rendered.get("text").stringValue())
                .endsWith("Fay: two\n\nFay: Hello, Ann.\n\nAnn: Hi.\n\nStay Fay.\n\nFay:");
        assertThat(begun.get("text").stringValue()).endsWith("Fay: Hello, User.\n\nStay Fay.");
    }

    @Test
    void render_lorebookEntries_standWhereTheyBelong() {
        String persona = with("{'system_prompt':'S','appearance':'','personality':'','style_preferences':{},"
                + "'content_themes':[],'example_dialogue':'','post_history_instructions':'P','lorebook':{'entries':["
                + entry("after", "'position':'after_char'") + ","
                + entry("before", "'position':'before_char'") + ","
                + entry("@@position before_desc\\nbd", "") + ","
                + entry("@@position after_desc\\n@@depth 1\\nad", "") + ","
                + entry("@@position personality\\nnone", "'position':'after_char'") + ","
                + entry("@@position scenario\\nsc", "") + ","
                + entry("@@depth 0\\nd0", "") + ","
                + entry("@@depth 2\\n@@role user\\nd2", "") + ","
                + entry("@@depth 99\\n@@role assistant\\nd99", "") + ","
                + entry("@@reverse_depth 1\\nr1", "") + ","
                + entry("kept", "'extensions':{'position':4,'depth':1,'role':2}") + ","
                + entry("@@depth 0\\n@@role assistant\\nprefill", "") + "]}}");

        var messages = messages(
                render(persona, "{'messages':[{'role':'user','content':'1'},{'role':'assistant','content':'2'}]}"));

        assertThat(messages)
                .containsExactly(
                        "system: S\n\nbefore\n\nbd\n\nFay is.\n\nad\n\nScenario: A garden.\n\nsc\n\nafter\nnone",
                        "assistant: d99",
                        "assistant: Hello, User.",
                        "user: d2",
                        "system: r1",
                        "user: 1",
                        "assistant: kept",
                        "assistant: 2",
                        "system: d0",
                        "system: P",
                        "assistant: prefill");
    }

    private static String entry(String content, String members) {
        return "{'constant':true,'content':'" + content + "'" + (members.isEmpty() ? "" : "," + members) + "}";
    }

    @Test
    void render_disableUiPrompt_leavesTheClientsTextOut() {
        String persona = with("{'system_prompt':'[{{original}}]','post_history_instructions':'','lorebook':{'entries':["
                + entry("@@disable_ui_prompt system_prompt\\nx", "") + "]}}");

        var messages =
                messages(render(persona, "{'original':{'system_prompt':'Theirs','post_history_instructions':'Last'}}"));

        assertThat(messages.getFirst()).startsWith("system: []\n");
        assertThat(messages.getLast()).isEqualTo("system: Last");
    }

    @Test
    void render_ownTemplate_isUsedAndLoreIsNotLost() {
        String persona = with("{'prompt_template':'{{char}}/[[name]]/[[attributes.age]]/[[#tags]]x[[/tags]]',"
                + "'tags':['a','b'],'lorebook':{'entries':["
                + entry("B", "") + "," + entry("A", "'position':'after_char'") + "]}}");

        assertThat(messages(render(persona, "{}")).getFirst()).isEqualTo("system: B\n\nFay/Ophelia/19/xx\n\nA");
    }

    @Test
    void render_templateOfTheStore_isUsedWhereThePersonaHasNone(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("t"), "T [[name]]");
        var asked = RenderRequest.of(JSON.readTree("{}"));

        var rendered =
                Renderer.of(new RenderConfig(file.toString())).render((ObjectNode) JSON.readTree(OPHELIA), asked);

        assertThat(rendered.system()).isEqualTo("T Ophelia");
        Files.writeString(file, "[[nonsense]]");
        assertThatThrownBy(() -> Renderer.of(new RenderConfig(file.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--render-template", "nonsense");
        assertThatThrownBy(() ->
                        Renderer.of(new RenderConfig(directory.resolve("none").toString())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void render_badTemplateInTheStore_isSaid() {
        assertThatThrownBy(() -> render(with("{'prompt_template':'[[#name]]'}"), "{}"))
                .isInstanceOf(CannotRenderException.class)
                .hasMessageStartingWith("/prompt_template is no template");
    }

    @Test
    void render_valuesThatLookLikeTagsOrMacros_stayText() {
        String persona = with("{'name':'[[user]]{{user}}','nickname':'','description':'[[name]] [[#tags]]'}");

        assertThat(messages(render(persona, "{'user':'{{char}}[[name]]'}")).get(1))
                .isEqualTo("assistant: Hello, {{char}}[[name]].");
        assertThat(messages(render(persona, "{}")).getFirst()).contains("[[user]]{{user}}'s", "[[name]] [[#tags]]");
    }

    @Test
    void render_parts_sayWhatEachCosts() {
        var rendered = render(OPHELIA, "{'messages':[{'role':'user','content':'one two'}]}");

        assertThat(rendered.get("parts"))
                .extracting(part -> part.get("name").stringValue())
                .containsExactly(
                        "system_prompt",
                        "description",
                        "appearance",
                        "personality",
                        "style",
                        "themes",
                        "scenario",
                        "example_dialogue",
                        "greeting",
                        "conversation",
                        "post_history_instructions");
        int sum = 0;
        for (var part : rendered.get("parts")) {
            sum += part.get("tokens").intValue();
        }
        assertThat(rendered.get("tokens").intValue()).isBetween(sum, 2 * sum);
        assertThat(rendered.get("tokenizer").stringValue()).isEqualTo("estimate");
        assertThat(rendered.at("/parts/1/text").stringValue()).isEqualTo("Fay is.");
        assertThat(rendered.at("/parts/9/text").isMissingNode()).isTrue();
    }

    @Test
    void render_withASeed_isTheSameEachTime() {
        String persona = with("{'description':'{{random:1,2,3,4,5,6,7,8,9}}{{roll:1000000}}','prompt_template':null,"
                + "'lorebook':{'entries':[" + entry("{{roll:1000000}}", "") + "]}}");

        assertThat(render(persona, "{'seed':5}")).isEqualTo(render(persona, "{'seed':5}"));
        assertThat(render(persona, "{'seed':5}")).isNotEqualTo(render(persona, "{'seed':6}"));
        assertThat(render(persona, "{}")).isNotEqualTo(render(persona, "{}"));
    }

    @Test
    void render_cardMacros_onlyWhenAsked() {
        String persona = with("{'scenario':'{{description}}'}");

        assertThat(messages(render(persona, "{}")).getFirst()).contains("Scenario: {{description}}");
        assertThat(messages(render(persona, "{'card_macros':true}")).getFirst()).contains("Scenario: Fay is.");
    }

    @Test
    void render_doesNotChangeThePersona() {
        var persona = (ObjectNode) JSON.readTree(OPHELIA);

        RENDERER.render(persona, RenderRequest.of(JSON.readTree("{}")));

        assertThat(persona).isEqualTo(JSON.readTree(OPHELIA));
    }

    @Test
    void render_personaOfNonsense_isSurvived() {
        String nonsense = "{\"id\":7,\"name\":null,\"greeting\":[],\"alternate_greetings\":\"x\",\"lorebook\":[],"
                + "\"style_preferences\":\"x\",\"content_themes\":{\"a\":1},\"tags\":null,\"attributes\":[[[]]],\"card\":7,"
                + "\"description\":{},\"prompt_template\":\"[[#attributes]][[.]][[/attributes]]\"}";

        assertThat(render(nonsense, "{}").get("warnings")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                          | ` must be an object`",
                "{'nonsense':1}                              | /nonsense is not known",
                "{'messages':{}}                             | /messages must be a list",
                "{'messages':[7]}                            | /messages/0 must be an object",
                "{'messages':[{'role':'tool','content':''}]} | /messages/0/role must be",
                "{'messages':[{'role':'user'}]}              | /messages/0/content must be text",
                "{'messages':[{'role':'user','content':'','x':1}]} | /messages/0/x is not known",
                "{'format':'xml'}                            | /format must be",
                "{'user':7}                                  | /user must be text",
                "{'seed':1.5}                                | /seed must be a whole number",
                "{'seed':99999999999999999999}               | /seed must be a whole number",
                "{'greeting':-1}                             | /greeting must be a whole number",
                "{'greeting':'first'}                        | /greeting must be a whole number",
                "{'budget':-1}                               | /budget must be a whole number",
                "{'group':'yes'}                             | /group must be true or false",
                "{'now':'today'}                             | /now must be a moment",
                "{'original':'x'}                            | /original must be an object",
                "{'original':{'x':1}}                        | /original/x is not known",
                "{'draft':[]}                                | /draft must be an object",
                "{'version':1,'label':'x'}                   | /label cannot stand",
            })
    void request_thatIsWrong_isRefusedWithThePlace(String request, String problem) {
        assertThatThrownBy(() -> RenderRequest.of(JSON.readTree(request.replace('\'', '"'))))
                .isInstanceOf(CannotRenderException.class)
                .hasMessageStartingWith(problem.replace("`", ""));
    }
}
