package dev.mien.store.copy;

/// Is told how far a copy is, after each row.
public interface CopyProgress {
    /// @param what is being done to which rows: `Copying personas`
    /// @param done rows so far, `all` at last
    void show(String what, long done, long all);
}
