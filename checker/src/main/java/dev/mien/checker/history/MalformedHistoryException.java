package dev.mien.checker.history;

/// A line that is not what a history should have at this place. Nothing was read after it.
public final class MalformedHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long line;

    MalformedHistoryException(long line, String detail, Throwable cause) {
        super("line " + line + " of the history: " + detail, cause);
        this.line = line;
    }

    /// The number of the line, from 1.
    public long line() {
        return line;
    }
}
