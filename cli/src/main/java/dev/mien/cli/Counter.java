package dev.mien.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// Shows how far a command has come: twice a second on a terminal, every five seconds elsewhere.
final class Counter {
    private final PrintWriter err;
    private final String what;
    private final boolean interactive = Terminal.isInteractive();
    private final long pause = interactive ? 500_000_000L : 5_000_000_000L;
    private final long begun = System.nanoTime();
    private long shown = begun;
    private boolean open;

    /// @param what is counted, such as `Exported`
    Counter(PrintWriter err, String what) {
        this.err = err;
        this.what = what;
    }

    void show(long count) {
        long now = System.nanoTime();
        if (now - shown >= pause) {
            shown = now;
            err.printf(
                    Locale.ROOT,
                    "%s%s %,d (%,.0f/s)%s",
                    interactive ? "\r" : "",
                    what,
                    count,
                    count / seconds(),
                    interactive ? "  " : System.lineSeparator());
            err.flush();
            open = interactive;
        }
    }

    /// A line of its own, whatever was shown before.
    void say(String line) {
        if (open) {
            err.println();
            open = false;
        }
        err.println(line);
        err.flush();
    }

    double seconds() {
        return Math.max((System.nanoTime() - begun) / 1e9, 1e-3);
    }
}
