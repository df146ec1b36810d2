package dev.mien.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Shows the promise at work.
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Show the promise at work.")
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return 0;
    }
}
