package dev.mien.checker.history;

/// The name of one document: its collection (`personas`, `users`) and its id there.
public record Key(String collection, String id) {
    @Override
    public String toString() {
        return collection + "/" + id;
    }
}
