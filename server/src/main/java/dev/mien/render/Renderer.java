package dev.mien.render;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the prompt of a persona: a function of its document and a request. `docs/rendering.md` says what goes where.
public final class Renderer {
    /// What a model is told where neither the persona nor the client says anything.
    static final String DEFAULT_SYSTEM_PROMPT = "Write the next reply of {{char}} in a conversation with {{user}}.";

    private final PromptTemplate standard;

    /// @param template of personas that have none; empty for Mien's own
    /// @throws IllegalArgumentException if it is no template
    public Renderer(String template) {
        try {
            this.standard = PromptTemplate.of(template.isEmpty() ? ownTemplate() : template);
        } catch (CannotRenderException e) {
            throw new IllegalArgumentException(
                    "the template " + e.violations().getFirst().detail(), e);
        }
    }

    public static Renderer of(RenderConfig config) {
        return ofFile(config.template());
    }

    /// @param file empty for Mien's own template
    /// @throws IllegalArgumentException in one clear sentence, if it cannot be read or is no template
    static Renderer ofFile(String file) {
        try {
            return new Renderer(file.isEmpty() ? "" : Files.readString(Path.of(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException("--render-template: cannot read " + file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--render-template: " + e.getMessage() + " in " + file, e);
        }
    }

    /// The template that is used where nobody has another.
    static String ownTemplate() {
        try (var stream = Objects.requireNonNull(Renderer.class.getResourceAsStream("default.mustache"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is wrong with the template of a persona; empty for nothing.
    public static Optional<String> templateProblem(String template) {
        return PromptTemplate.problem(template);
    }

    /// @param persona the document as it is served, or as a draft would make it
    /// @throws CannotRenderException where the template does not work, the request asks for a greeting that is not
    ///     there, or the text grows beyond the limits
    Rendered render(ObjectNode persona, RenderRequest request) {
        return new Call(persona, request).render();
    }

    /// One call.
    private final class Call {
        private final ObjectNode persona;
        private final RenderRequest request;
        private final String character;
        private final Dice dice;
        private final Allowance allowance = new Allowance();
        private final Warnings warnings = new Warnings();
        private final Macros macros;
        private final List<Part> parts = new ArrayList<>();

        Call(ObjectNode persona, RenderRequest request) {
            this.persona = persona;
            this.request = request;
            String nickname = text("nickname");
            this.character = nickname.isBlank() ? text("name") : nickname;
            this.dice = new Dice(request.seed(), text("id"));
            this.macros = new Macros(
                    character,
                    request.user(),
                    request.cardMacros() ? cardMacros() : Map.of(),
                    request.now(),
                    dice,
                    allowance);
        }

        /// What the macros that name members stand for.
        private Map<String, String> cardMacros() {
            var fields = new HashMap<String, String>();
            for (String name : List.of("description", "personality", "scenario")) {
                fields.put(name, text(name));
            }
            fields.put("mesexamples", text("example_dialogue"));
            fields.put("mesexamplesraw", text("example_dialogue"));
            fields.put("charprompt", text("system_prompt"));
            for (String name : List.of("charinstruction", "charjailbreak")) {
                fields.put(name, text("post_history_instructions"));
            }
            for (String name : List.of("char_version", "charversion")) {
                fields.put(name, cardData().path("character_version").stringValue(""));
            }
            return fields;
        }

        private JsonNode cardData() {
            return persona.path("card").path("data");
        }

        private String text(String member) {
            return persona.path(member).stringValue("");
        }

        Rendered render() {
            var conversation = new ArrayList<Message>();
            Integer greeting = greet(conversation);
            conversation.addAll(request.messages());
            var book = Lorebook.of(persona.get("lorebook"));
            var scan = new Scan(book, conversation, greeting, request.scanDepth(), macros, warnings);
            var lore = scan.choose(request.budget() == null ? book.tokenBudget() : request.budget());

            var placed = new Placed(lore, member -> !text(member).isBlank());
            String system = system(placed);
            int conversed = request.messages().stream()
                    .mapToInt(message -> Tokens.estimate(message.content()))
                    .sum();
            if (conversation.size() > request.messages().size()) {
                parts.add(Part.of(
                        "greeting", Message.ASSISTANT, conversation.getFirst().content()));
            }
            if (conversed > 0) {
                parts.add(new Part("conversation", "", "", conversed));
            }
            var messages = interleaved(conversation, placed);
            String last = prompt("post_history_instructions", request.postHistory(), "", placed);
            if (!last.isEmpty()) {
                messages.add(new Message(Message.SYSTEM, last));
                parts.add(Part.of("post_history_instructions", Message.SYSTEM, last));
            }
            placed.prefill.forEach(chosen -> messages.add(lorebookMessage(chosen, Message.ASSISTANT)));
            return new Rendered(
                    character, request.user(), system, messages, parts, lore, warnings.texts(), dice.repeatable());
        }

        /// Puts the greeting before the conversation, unless the character has the first word there already.
        ///
        /// @return which greeting the conversation begins with; null where that is not known
        private @Nullable Integer greet(List<Message> conversation) {
            var greetings = new ArrayList<String>();
            greetings.add(text("greeting"));
            texts(persona.path("alternate_greetings"), greetings);
            if (request.group()) {
                texts(cardData().path("group_only_greetings"), greetings);
            }
            Integer asked = request.greeting();
            if (asked != null && asked >= greetings.size()) {
                throw new CannotRenderException(
                        "/greeting", "is " + asked + "; there are 0 to " + (greetings.size() - 1));
            }
            var first = request.messages().isEmpty() ? null : request.messages().getFirst();
            if (!request.greets() || (first != null && first.role().equals(Message.ASSISTANT))) {
                return asked;
            }
            int index = asked == null ? 0 : asked;
            String text = macros.expand("greeting/" + index, greetings.get(index));
            if (!text.isBlank()) {
                conversation.add(new Message(Message.ASSISTANT, text));
            }
            return index;
        }

        private static void texts(JsonNode list, List<String> texts) {
            list.forEach(item -> texts.add(item.stringValue("")));
        }

        /// A text of the persona that stands in for one of the client's, or that one.
        private String prompt(String member, @Nullable String given, String byDefault, Placed placed) {
            String original = placed.disabled(member)
                    ? ""
                    : macros.expand("original/" + member, given == null ? byDefault : given);
            String own = text(member);
            return own.isBlank()
                    ? original.strip()
                    : macros.expand(member, own, original).strip();
        }

        private String system(Placed placed) {
            var template = template();
            var values = new LinkedHashMap<String, Object>();
            values.put("id", text("id"));
            for (String name : List.of("name", "nickname")) {
                values.put(name, text(name));
            }
            values.put("char", character);
            values.put("user", request.user());
            value(
                    values,
                    template,
                    "system_prompt",
                    prompt("system_prompt", request.systemPrompt(), DEFAULT_SYSTEM_PROMPT, placed));
            lore(values, template, "lore_before", placed.beforeCharacter);
            for (String name : List.of("description", "appearance", "personality")) {
                value(
                        values,
                        template,
                        name,
                        placed.around(name, macros.expand(name, text(name)).strip()));
            }
            values.put("style_preferences", expanded("style_preferences", persona.path("style_preferences")));
            value(values, template, "style", lines("style_preferences", persona.path("style_preferences"), ""));
            values.put("content_themes", expanded("content_themes", persona.path("content_themes")));
            value(values, template, "themes", joined(values.get("content_themes")));
            value(
                    values,
                    template,
                    "scenario",
                    placed.around(
                            "scenario",
                            macros.expand("scenario", text("scenario")).strip()));
            values.put("tags", expanded("tags", persona.path("tags")));
            values.put(
                    "attributes",
                    template.names("attributes") ? expanded("attributes", persona.path("attributes")) : Map.of());
            lore(values, template, "lore_after", placed.afterCharacter);
            String dialogue =
                    macros.expand("example_dialogue", text("example_dialogue")).strip();
            values.put("example_dialogue", dialogue);
            values.put("examples", blocks(dialogue));
            if (!dialogue.isEmpty() && (template.names("examples") || template.names("example_dialogue"))) {
                parts.add(Part.of("example_dialogue", Message.SYSTEM, dialogue));
            }
            String text = template.fill(values, allowance, macros::expand);
            return withForgottenLore(template, text.strip(), placed);
        }

        private PromptTemplate template() {
            String own = text("prompt_template");
            return own.isBlank() ? standard : PromptTemplate.of(own);
        }

        private void value(Map<String, Object> values, PromptTemplate template, String name, String text) {
            values.put(name, text);
            if (!text.isEmpty() && template.names(name)) {
                parts.add(Part.of(name, Message.SYSTEM, text));
            }
        }

        private void lore(Map<String, Object> values, PromptTemplate template, String name, List<Scan.Chosen> entries) {
            String text = Placed.joined(entries);
            values.put(name, template.names(name) ? text : "");
            if (!text.isEmpty()) {
                parts.add(Part.of("lorebook", Message.SYSTEM, text));
            }
        }

        /// A template without a place for entries gets them before and behind its text.
        private static String withForgottenLore(PromptTemplate template, String text, Placed placed) {
            String before = template.names("lore_before") ? "" : Placed.joined(placed.beforeCharacter);
            String after = template.names("lore_after") ? "" : Placed.joined(placed.afterCharacter);
            return (before + (before.isEmpty() ? "" : "\n\n") + text + (after.isEmpty() ? "" : "\n\n") + after).strip();
        }

        /// A value as a template sees it: maps, lists, texts and truth values.
        private Object expanded(String piece, JsonNode json) {
            if (json.isObject()) {
                var map = new TreeMap<String, Object>();
                json.properties()
                        .forEach(member ->
                                map.put(member.getKey(), expanded(piece + "/" + member.getKey(), member.getValue())));
                return map;
            } else if (json.isArray()) {
                var list = new ArrayList<Object>();
                json.forEach(item -> list.add(expanded(piece + "/" + list.size(), item)));
                return list;
            } else if (json.isString()) {
                return macros.expand(piece, json.stringValue());
            }
            return json.isBoolean() ? json.booleanValue() : json.isNumber() ? json.asString() : "";
        }

        private static String joined(@Nullable Object texts) {
            return texts instanceof Collection<?> list
                    ? String.join(", ", list.stream().map(String::valueOf).toList())
                    : "";
        }

        /// An object as lines `- name: value`, those of inner objects further in.
        private String lines(String piece, JsonNode json, String indent) {
            var lines = new StringBuilder();
            for (var member : json.properties()) {
                String name = member.getKey().replace('_', ' ');
                var value = expanded(piece + "/" + member.getKey(), member.getValue());
                if (value instanceof Map<?, ?>) {
                    lines.append(indent).append("- ").append(name).append(":\n");
                    lines.append(lines(piece + "/" + member.getKey(), member.getValue(), indent + "  "))
                            .append('\n');
                } else {
                    String text = value instanceof Collection<?> ? joined(value) : String.valueOf(value);
                    if (!text.isBlank()) {
                        lines.append(indent)
                                .append("- ")
                                .append(name)
                                .append(": ")
                                .append(text)
                                .append('\n');
                    }
                }
            }
            return lines.toString().stripTrailing();
        }

        /// The example dialogues, which lines `<START>` begin.
        private static List<String> blocks(String dialogue) {
            var blocks = new ArrayList<String>();
            var block = new StringBuilder();
            for (String line : dialogue.split("\n", -1)) {
                if (line.strip().toUpperCase(Locale.ROOT).equals("<START>")) {
                    blocks.add(block.toString().strip());
                    block.setLength(0);
                } else {
                    block.append(line).append('\n');
                }
            }
            blocks.add(block.toString().strip());
            blocks.removeIf(String::isEmpty);
            return blocks;
        }

        private List<Message> interleaved(List<Message> conversation, Placed placed) {
            var messages = new ArrayList<Message>();
            var entries = placed.inConversation(conversation.size());
            for (int i = 0; i <= conversation.size(); i++) {
                for (var chosen : entries.getOrDefault(i, List.of())) {
                    messages.add(lorebookMessage(
                            chosen,
                            Objects.requireNonNullElse(
                                    chosen.decorators().text("role"),
                                    chosen.entry().role())));
                }
                if (i < conversation.size()) {
                    messages.add(conversation.get(i));
                }
            }
            return messages;
        }

        private Message lorebookMessage(Scan.Chosen chosen, String role) {
            parts.add(Part.of("lorebook", role, chosen.text()));
            return new Message(role, chosen.text());
        }
    }
}
