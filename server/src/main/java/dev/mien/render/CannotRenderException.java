package dev.mien.render;

import dev.mien.api.Violation;
import java.util.List;

/// Says why a persona or a request cannot be made into a prompt.
final class CannotRenderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Violation> violations;

    CannotRenderException(List<Violation> violations) {
        super(violations.getFirst().pointer() + " " + violations.getFirst().detail(), null, false, false);
        this.violations = violations;
    }

    CannotRenderException(String pointer, String detail) {
        this(List.of(new Violation(pointer, detail)));
    }

    List<Violation> violations() {
        return violations;
    }
}
