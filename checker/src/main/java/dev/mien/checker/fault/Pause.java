package dev.mien.checker.fault;

import dev.mien.checker.fault.Processes.Worker;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Stops a worker at whatever line it is (SIGSTOP) and lets it go on later (SIGCONT): once for some milliseconds or
/// some seconds, many times for a millisecond, or, where the database can be asked, while it holds the write lock.
public final class Pause implements Injector {
    private static final double LONGEST_MILLIS = 4_000;
    private static final int BURST = 40;
    private static final int TRIES = 300;

    private final Processes processes;
    private final @Nullable SideDoor database;

    /// @param database null where no lock is taken by all writers
    public Pause(Processes processes, @Nullable SideDoor database) {
        this.processes = processes;
        this.database = database;
    }

    @Override
    public void inject(Scene scene) throws Exception {
        var workers = processes.workers();
        if (workers.isEmpty()) {
            return;
        }
        var worker = workers.get(scene.random().nextInt(workers.size()));
        // As many short ones as long ones, from one millisecond up.
        long millis = (long) Math.pow(LONGEST_MILLIS, scene.random().nextDouble());
        switch (scene.random().nextInt(database == null ? 2 : 3)) {
            case 0 -> once(worker, millis, "pause", scene);
            case 1 -> burst(worker, scene);
            default -> lockHolder(millis, scene);
        }
    }

    private static void once(Worker worker, long millis, String kind, Scene scene) throws Exception {
        try {
            signal("STOP", worker);
            scene.struck(kind, worker.number());
            Thread.sleep(millis);
        } finally {
            signal("CONT", worker);
        }
    }

    private static void burst(Worker worker, Scene scene) throws Exception {
        scene.struck("micro-pauses", worker.number());
        for (int i = 0; i < BURST && worker.process().isAlive(); i++) {
            try {
                signal("STOP", worker);
                Thread.sleep(1);
            } finally {
                signal("CONT", worker);
            }
            Thread.sleep(scene.random().nextInt(20));
        }
    }

    /// Stops one worker after the other until one is met with the lock in its hands.
    private void lockHolder(long millis, Scene scene) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            var workers = processes.workers();
            if (workers.isEmpty()) {
                return;
            }
            var worker = workers.get(scene.random().nextInt(workers.size()));
            try {
                signal("STOP", worker);
                if (isHeldFor(10)) {
                    scene.struck("pause lock holder", worker.number());
                    Thread.sleep(millis);
                    return;
                }
            } finally {
                signal("CONT", worker);
            }
            Thread.sleep(scene.random().nextInt(5));
        }
    }

    /// Whether nobody lets the lock go meanwhile, as anybody who runs would.
    private boolean isHeldFor(long millis) throws SQLException, InterruptedException {
        if (database == null || !database.isWriteLocked()) {
            return false;
        }
        Thread.sleep(millis);
        return database.isWriteLocked();
    }

    /// A worker that has ended meanwhile is not there to be signalled, which does no harm.
    private static void signal(String name, Worker worker) throws IOException, InterruptedException {
        var kill = new ProcessBuilder(
                        "kill", "-" + name, Long.toString(worker.process().pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean interrupted = false;
        while (true) {
            try {
                kill.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // The signal goes out first: nobody may stay stopped.
            }
        }
        if (interrupted) {
            throw new InterruptedException();
        }
    }
}
