package dev.mien.cli;

/// Ends a command, with one sentence for whoever ran it.
final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(String message) {
        super(message);
    }
}
