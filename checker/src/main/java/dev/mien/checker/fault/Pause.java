package dev.mien.checker.fault;

import dev.mien.checker.fault.Processes.Worker;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Stops a worker at whatever line it is (SIGSTOP) and lets it go on later (SIGCONT): once for some milliseconds or
/// some seconds, many times for a millisecond, or, where the database can be asked, while it holds the write lock.
public final class Pause implements Injector {
    private static final double LONGEST_MILLIS = 4_000;
    private static final int BURST = 40;
    private static final int TRIES = 300;

    private final Processes processes;
    private final @Nullable WriteLock lock;

    /// @param lock null where no lock is taken by all writers
    public Pause(Processes processes, @Nullable WriteLock lock) {
        this.processes = processes;
        this.lock = lock;
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
        switch (scene.random().nextInt(lock == null ? 2 : 3)) {
            case 0 -> once(worker, millis, "pause", scene);
            case 1 -> burst(worker, scene);
            default -> lockHolder(millis, scene);
        }
    }

    private static void once(Worker worker, long millis, String kind, Scene scene) throws Exception {
        try {
            Signal.send("STOP", worker.process());
            scene.struck(kind, worker.number());
            Thread.sleep(millis);
        } finally {
            Signal.send("CONT", worker.process());
        }
    }

    private static void burst(Worker worker, Scene scene) throws Exception {
        scene.struck("micro-pauses", worker.number());
        for (int i = 0; i < BURST && worker.process().isAlive(); i++) {
            try {
                Signal.send("STOP", worker.process());
                Thread.sleep(1);
            } finally {
                Signal.send("CONT", worker.process());
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
                Signal.send("STOP", worker.process());
                if (isHeldFor(10)) {
                    scene.struck("pause lock holder", worker.number());
                    Thread.sleep(millis);
                    return;
                }
            } finally {
                Signal.send("CONT", worker.process());
            }
            Thread.sleep(scene.random().nextInt(5));
        }
    }

    /// Whether nobody lets the lock go meanwhile, as anybody who runs would.
    private boolean isHeldFor(long millis) throws SQLException, InterruptedException {
        if (lock == null || !lock.isHeld()) {
            return false;
        }
        Thread.sleep(millis);
        return lock.isHeld();
    }
}
