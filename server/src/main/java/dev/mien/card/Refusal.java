package dev.mien.card;

import dev.mien.api.ProblemType;
import dev.mien.http.ProblemException;

/// Why a file is not imported, in one sentence for whoever sent it.
final class Refusal extends ProblemException {
    private static final long serialVersionUID = 1;

    Refusal(String reason) {
        super(ProblemType.INVALID_CARD, reason);
    }
}
