package dev.mien.store;

import java.util.List;

/// One or more steps that happen together or not at all. One with a key may have no step: it only leaves its receipt.
///
/// @param dryRun whether to find out what would come of it, and to do nothing
public record Edit(List<? extends Step> steps, Origin origin, boolean dryRun) {
    public Edit {
        steps = List.copyOf(steps);
        if (steps.isEmpty() && origin.key() == null) {
            throw new IllegalArgumentException("an edit has a step or a key");
        }
    }

    public Edit(List<? extends Step> steps) {
        this(steps, Origin.UNKNOWN, false);
    }

    public static Edit of(Step step) {
        return new Edit(List.of(step));
    }
}
