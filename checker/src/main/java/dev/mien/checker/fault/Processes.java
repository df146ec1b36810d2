package dev.mien.checker.fault;

import java.util.List;

/// The processes of a deployment that may be hurt.
public interface Processes {
    /// One worker process.
    record Worker(int number, ProcessHandle process) {}

    /// Those that run now.
    List<Worker> workers();

    /// Kills the supervisor as `kill -9` does, waits until its workers have ended, and starts it again.
    void killSupervisor() throws Exception;

    /// Restarts all workers one after another, and waits until that is done.
    void rollingRestart() throws Exception;
}
