package dev.mien.store;

/// A token names another history than the store's: the store was restored or replaced since it was given out.
public class OtherHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OtherHistoryException(String message) {
        super(message);
    }
}
