package dev.mien.render;

import dev.mien.render.RenderRequest.Format;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A finished prompt.
///
/// @param character what the character is called in the conversation
/// @param user what the user is called
/// @param system the text that comes before the conversation
/// @param messages the conversation with all that was put into it
/// @param parts what it is made of, in order
/// @param lore the lorebook entries that are in it, in order
/// @param warnings what a person should know about it
/// @param repeatable whether the same request gives the same prompt as long as the persona stays the same
record Rendered(
        String character,
        String user,
        String system,
        List<Message> messages,
        List<Part> parts,
        List<Scan.Chosen> lore,
        List<String> warnings,
        boolean repeatable) {
    /// What an Anthropic conversation begins with where the character speaks first; there the user has to.
    static final String OPENING = "[The conversation begins.]";

    /// Adds the prompt in a format's shape.
    void write(ObjectNode json, Format format) {
        int tokens = switch (format) {
            case OPENAI -> openAi(json);
            case ANTHROPIC -> anthropic(json);
            case TEXT -> text(json);
        };
        var list = json.putArray("parts");
        for (var part : parts) {
            var item = list.addObject().put("name", part.name());
            if (!part.role().isEmpty()) {
                item.put("role", part.role()).put("text", part.text());
            }
            item.put("tokens", part.tokens());
        }
        json.put("tokens", tokens).put("tokenizer", Tokens.NAME);
        var entries = json.putArray("lorebook");
        for (var chosen : lore) {
            var item = entries.addObject().put("name", chosen.entry().label());
            item.set(
                    "id",
                    chosen.entry().id() == null
                            ? JsonNodeFactory.instance.nullNode()
                            : chosen.entry().id());
            item.put("why", chosen.why());
            item.put("key", chosen.key());
            item.put("in", chosen.where());
            item.put("tokens", chosen.tokens());
        }
        var said = json.putArray("warnings");
        warnings.forEach(said::add);
    }

    private int openAi(ObjectNode json) {
        var all = new ArrayList<Message>();
        if (!system.isEmpty()) {
            all.add(new Message(Message.SYSTEM, system));
        }
        all.addAll(messages);
        return put(json, all);
    }

    private static int put(ObjectNode json, List<Message> messages) {
        var list = json.putArray("messages");
        int tokens = 0;
        for (var message : messages) {
            list.addObject().put("role", message.role()).put("content", message.content());
            tokens += Tokens.estimate(message.content());
        }
        return tokens;
    }

    /// System messages before the first other one belong to the system text; the others become turns of the user,
    /// because there are only two speakers, who take turns, the user first.
    private int anthropic(ObjectNode json) {
        var before = new StringBuilder(system);
        var turns = new ArrayList<Message>();
        for (var message : messages) {
            boolean isSystem = message.role().equals(Message.SYSTEM);
            if (isSystem && turns.isEmpty()) {
                before.append(before.isEmpty() ? "" : "\n\n").append(message.content());
                continue;
            }
            String role = isSystem ? Message.USER : message.role();
            if (turns.isEmpty() && role.equals(Message.ASSISTANT)) {
                turns.add(new Message(Message.USER, OPENING));
            }
            var last = turns.isEmpty() ? null : turns.getLast();
            if (last != null && last.role().equals(role)) {
                turns.set(turns.size() - 1, new Message(role, last.content() + "\n\n" + message.content()));
            } else {
                turns.add(new Message(role, message.content()));
            }
        }
        json.put("system", before.toString());
        return Tokens.estimate(before.toString()) + put(json, turns);
    }

    /// Ends with the character's name and a colon where it is the character's turn.
    private int text(ObjectNode json) {
        var text = new StringBuilder(system);
        String last = "";
        for (var message : messages) {
            text.append(text.isEmpty() ? "" : "\n\n");
            switch (message.role()) {
                case Message.USER -> text.append(user).append(": ");
                case Message.ASSISTANT -> text.append(character).append(": ");
                default -> {}
            }
            text.append(message.content());
            last = message.role().equals(Message.SYSTEM) ? last : message.role();
        }
        if (last.equals(Message.USER)) {
            text.append("\n\n").append(character).append(":");
        }
        json.put("text", text.toString());
        return Tokens.estimate(text.toString());
    }
}
