package dev.mien.cli;

import java.io.Console;
import java.util.Optional;

/// Where the program writes to.
final class Terminal {
    private Terminal() {}

    /// Whether somebody watches, so that a line of progress may be written over.
    static boolean isInteractive() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
}
