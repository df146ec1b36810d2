package dev.mien.render;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What a person should know about a prompt, each once.
final class Warnings {
    private static final int MOST = 50;
    private final Set<String> texts = new LinkedHashSet<>();

    void add(String text) {
        if (texts.size() < MOST) {
            texts.add(text);
        }
    }

    List<String> texts() {
        return List.copyOf(texts);
    }
}
