package dev.mien.render;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The chosen entries of a lorebook, each at the place where it belongs.
final class Placed {
    final List<Scan.Chosen> beforeCharacter = new ArrayList<>();
    final List<Scan.Chosen> afterCharacter = new ArrayList<>();
    /// What the character has begun to say.
    final List<Scan.Chosen> prefill = new ArrayList<>();

    private final List<Scan.Chosen> all;
    private final Map<String, List<Scan.Chosen>> byPosition = new HashMap<>();
    private final List<Scan.Chosen> inConversation = new ArrayList<>();

    /// @param hasText whether a member of the persona has any text
    Placed(List<Scan.Chosen> all, Predicate<String> hasText) {
        this.all = all;
        for (var chosen : all) {
            String position = chosen.decorators().text("position");
            if (position != null && (position.endsWith("_desc") || hasText.test(position))) {
                byPosition.computeIfAbsent(position, key -> new ArrayList<>()).add(chosen);
            } else if (chosen.decorators().number("depth").orElse(1) <= 0
                    && "assistant".equals(chosen.decorators().text("role"))) {
                prefill.add(chosen);
            } else if (chosen.decorators().has("depth")
                    || chosen.decorators().has("reverse_depth")
                    || chosen.entry().depth() != null) {
                inConversation.add(chosen);
            } else if (chosen.entry().afterCharacter()) {
                afterCharacter.add(chosen);
            } else {
                beforeCharacter.add(chosen);
            }
        }
    }

    /// The entries that stand in the conversation, by the index of the message that they stand before.
    ///
    /// @param messages how many there are; what stands behind the last one has this index
    Map<Integer, List<Scan.Chosen>> inConversation(int messages) {
        return inConversation.stream().collect(Collectors.groupingBy(chosen -> index(chosen, messages)));
    }

    private static int index(Scan.Chosen chosen, int messages) {
        var depth = chosen.decorators().number("depth");
        var reverse = chosen.decorators().number("reverse_depth");
        var kept = chosen.entry().depth();
        int index = depth.isPresent()
                ? messages - depth.getAsInt()
                : reverse.isPresent() ? reverse.getAsInt() : messages - (kept == null ? 0 : kept);
        return Math.clamp(index, 0, messages);
    }

    /// A member's text with the entries that belong to it.
    String around(String member, String text) {
        return switch (member) {
            case "description" ->
                Stream.of(joined(at("before_desc")), text, joined(at("after_desc")))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining("\n\n"));
            case "personality", "scenario" ->
                Stream.of(text, joined(at(member)))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining("\n\n"));
            default -> text;
        };
    }

    private List<Scan.Chosen> at(String position) {
        return byPosition.getOrDefault(position, List.of());
    }

    /// Whether an entry wants the client's own text of this kind left out.
    boolean disabled(String member) {
        return all.stream().anyMatch(chosen -> member.equals(chosen.decorators().text("disable_ui_prompt")));
    }

    static String joined(List<Scan.Chosen> entries) {
        return entries.stream().map(Scan.Chosen::text).collect(Collectors.joining("\n"));
    }
}
