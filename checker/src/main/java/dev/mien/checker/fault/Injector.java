package dev.mien.checker.fault;

/// One way to break something.
@FunctionalInterface
public interface Injector {
    /// Breaks something and mends it again, or leaves it to mend itself.
    ///
    /// @throws Exception when that could not be done; the run goes on, and its report says so
    void inject(Scene scene) throws Exception;
}
