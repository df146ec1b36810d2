package dev.mien.store;

import java.util.List;

/// One or more steps that happen together or not at all.
public record Edit(List<? extends Step> steps) {
    public Edit {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("an edit has at least one step");
        }
    }

    public static Edit of(Step step) {
        return new Edit(List.of(step));
    }
}
