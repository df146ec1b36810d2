package dev.mien.asset;

/// A picture cannot be drawn; its message says why, for people.
final class UndrawableException extends Exception {
    private static final long serialVersionUID = 1;

    UndrawableException(String why) {
        super(why, null, false, false);
    }
}
