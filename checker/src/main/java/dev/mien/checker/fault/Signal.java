package dev.mien.checker.fault;

import java.io.IOException;

/// Sends signals to processes, as `kill -NAME` does.
public final class Signal {
    private Signal() {}

    /// Returns once the signal is sent. One that has ended meanwhile is not there to be signalled, which does no harm.
    ///
    /// @param name without `SIG`
    /// @throws InterruptedException after the signal was sent: nobody may stay stopped because somebody gave up
    public static void send(String name, ProcessHandle process) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean interrupted = false;
        while (true) {
            try {
                kill.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            throw new InterruptedException();
        }
    }
}
