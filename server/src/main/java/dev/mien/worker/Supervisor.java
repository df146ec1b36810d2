package dev.mien.worker;

import dev.mien.config.ServerConfig;
import dev.mien.store.StoreUnavailableException;
import dev.mien.store.postgres.PostgresMigrations;
import dev.mien.store.sqlite.SqliteMigrations;
import dev.mien.store.sqlite.SqliteStore;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the workers behind one port: prepares the store before any of them, restarts one that dies, kills and replaces
/// one that hangs, restarts all one after another on SIGHUP, and ends them on SIGTERM.
///
/// All decisions are made by one thread, which takes events from a queue: what a worker said, that it exited, a signal,
/// or that some time has passed. The same thread starts the worker processes and lives until the end, because the
/// kernel ends a worker when the *thread* that started it ends ([ParentDeath]).
///
/// **Invariant: at most one supervisor has workers that write to a data directory.** It holds the [DataLock] from
/// before its first worker until it ends, and its workers end with it.
public final class Supervisor {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);
    /// A worker that ran for so long did not fail at its start.
    private static final Duration STEADY = Duration.ofSeconds(10);

    /// Makes the command line of a worker.
    public interface Command {
        List<String> of(int number, int port);
    }

    private sealed interface Event {}

    private record Said(WorkerProcess worker, String what) implements Event {}

    private record Signalled(String name) implements Event {}

    /// The place of one worker number: who fills it, who is to take over, and when to try again.
    private static final class Slot {
        final int number;

        @Nullable WorkerProcess current;

        @Nullable WorkerProcess successor;

        int failures;
        long startAt = System.nanoTime();

        Slot(int number) {
            this.number = number;
        }
    }

    private final ServerConfig config;
    private final Map<String, String> settings;
    private final Command command;
    private final PrintStream out;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<Slot> slots = new ArrayList<>();
    private final Queue<Slot> toRestart = new ArrayDeque<>();
    private @Nullable Slot restarting;
    private boolean announced;
    private @Nullable String failure;
    private long stopDeadline;
    private boolean stopping;
    private long tickedAt = System.nanoTime();

    /// @param settings those that differ from their defaults, for the log
    /// @param out where to say that the server is ready
    public Supervisor(ServerConfig config, Map<String, String> settings, Command command, PrintStream out) {
        this.config = config;
        this.settings = settings;
        this.command = command;
        this.out = out;
    }

    /// Runs until a signal ends it.
    ///
    /// @throws StoreUnavailableException in one clear sentence, if the server cannot start
    public void run() {
        try (AutoCloseable claim = claim();
                var port = new Port(config.host(), config.port())) {
            Signals.handle("TERM", () -> events.add(new Signalled("TERM")));
            Signals.handle("INT", () -> events.add(new Signalled("INT")));
            Signals.handle("HUP", () -> events.add(new Signalled("HUP")));
            log.info("Starting; settings that differ from their defaults: {}", settings);
            if (!ServerConfig.isLoopback(config.host())) {
                log.warn("Anybody who reaches {} can read and change everything: nobody has to log in", config.host());
            }
            for (int i = 0; i < config.workers(); i++) {
                slots.add(new Slot(config.worker().firstNumber() + i));
            }
            // The processes start while the store is prepared; they open it only when they are told to go.
            slots.forEach(slot -> slot.current = launch(slot, port.number()));
            try {
                prepare();
                slots.forEach(slot -> order(slot.current, "go"));
                loop(port.number());
            } finally {
                slots.forEach(slot -> {
                    kill(slot.current);
                    kill(slot.successor);
                });
            }
        } catch (StoreUnavailableException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new StoreUnavailableException(failure);
        }
    }

    /// The claim to what nobody else may write to: a data directory. A PostgreSQL database is for many.
    private AutoCloseable claim() {
        if (config.onPostgres()) {
            return () -> {};
        }
        SqliteMigrations.requireSafe(config.data());
        return config.readOnly() ? () -> {} : new DataLock(config.data(), "stop that one first, or add --read-only");
    }

    private void prepare() {
        if (config.onPostgres()) {
            if (!config.readOnly()) {
                PostgresMigrations.migrate(config.database(), config.postgres());
            }
        } else if (!config.readOnly()) {
            SqliteMigrations.migrate(config.data());
        } else if (!Files.exists(config.data().resolve(SqliteStore.FILE))) {
            throw new StoreUnavailableException("there is no store in " + config.data() + " to read");
        }
    }

    private WorkerProcess launch(Slot slot, int port) {
        return new WorkerProcess(
                slot.number, command.of(slot.number, port), (worker, what) -> events.add(new Said(worker, what)));
    }

    private void loop(int port) throws InterruptedException {
        while (!stopping || slots.stream().anyMatch(slot -> slot.current != null || slot.successor != null)) {
            var event = events.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            if (event instanceof Said said) {
                heard(said.worker(), said.what(), port);
            } else if (event instanceof Signalled signal) {
                signalled(signal.name());
            }
            tick(port);
        }
    }

    private void heard(WorkerProcess worker, String what, int port) {
        worker.heard();
        var slot = slots.get(worker.number - config.worker().firstNumber());
        if (what.startsWith("ready ")) {
            ready(slot, worker, port);
        } else if (what.startsWith("failed ")) {
            failed(worker, what.substring("failed ".length()));
        } else if (what.equals(WorkerProcess.EXITED)) {
            exited(slot, worker);
        }
    }

    private void ready(Slot slot, WorkerProcess worker, int port) {
        worker.ready = true;
        log.info("Worker {} is ready (process {})", worker.number, worker.pid());
        if (worker == slot.successor) {
            order(slot.current, "drain");
            if (slot.current != null) {
                slot.current.draining = true;
            }
        }
        if (!announced && slots.stream().allMatch(each -> each.current != null && each.current.ready)) {
            announced = true;
            String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
            out.println("Mien serves http://" + host + ":" + port + " with " + config.workers()
                    + (config.workers() == 1 ? " worker" : " workers") + "; data in "
                    + config.place());
            out.flush();
        }
    }

    private void failed(WorkerProcess worker, String why) {
        log.error("Worker {} cannot serve: {}", worker.number, why);
        worker.kill();
        if (!announced) {
            failure = why;
            stop();
        }
    }

    private void exited(Slot slot, WorkerProcess worker) {
        if (worker == slot.successor) {
            slot.successor = null;
            if (slot.current != null && !slot.current.draining) {
                log.error("The successor of worker {} did not start; the rolling restart ends here", slot.number);
                toRestart.clear();
                restarting = null;
            }
            return;
        }
        if (worker != slot.current) {
            return;
        }
        if (slot.successor != null) {
            slot.current = slot.successor;
            slot.successor = null;
            restarting = null;
            return;
        }
        slot.current = null;
        if (stopping) {
            return;
        }
        boolean steady = System.nanoTime() - worker.startedAt > STEADY.toNanos();
        slot.failures = steady ? 0 : slot.failures + 1;
        log.warn(
                "Worker {} (process {}) ended with status {}; it is started again {}",
                slot.number,
                worker.pid(),
                worker.exitStatus(),
                startLater(slot));
    }

    /// Has a worker started once its time has come: the later the more often it has failed.
    ///
    /// @return when, in words
    private static String startLater(Slot slot) {
        var backoff = slot.failures == 0
                ? Duration.ZERO
                : min(Duration.ofMillis(100L << Math.min(slot.failures - 1, 10)), LONGEST_BACKOFF);
        slot.startAt = System.nanoTime() + backoff.toNanos();
        return backoff.isZero() ? "at once" : "in " + backoff.toMillis() + " ms";
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void signalled(String name) {
        if (!name.equals("HUP")) {
            log.info("SIG{}: requests under way may end, then the server ends", name);
            stop();
        } else if (!stopping && toRestart.isEmpty() && restarting == null) {
            log.info("SIGHUP: the workers are restarted one after another");
            toRestart.addAll(slots);
        }
    }

    private void stop() {
        if (stopping) {
            return;
        }
        stopping = true;
        stopDeadline = System.nanoTime()
                + config.worker().drainTimeout().plusSeconds(2).toNanos();
        for (var slot : slots) {
            order(slot.current, "drain");
            order(slot.successor, "drain");
        }
    }

    /// What is due by now.
    private void tick(int port) {
        long now = System.nanoTime();
        if (now - tickedAt < TICK.toNanos()) {
            return;
        }
        // If this process itself was stopped, the silence of the workers is its own.
        boolean wasAsleep = now - tickedAt > TICK.multipliedBy(4).toNanos();
        tickedAt = now;
        for (var slot : slots) {
            for (var worker : new WorkerProcess[] {slot.current, slot.successor}) {
                if (worker != null) {
                    look(worker, wasAsleep);
                }
            }
            if (slot.current == null && slot.successor == null && !stopping && now >= slot.startAt) {
                start(slot, port);
            }
        }
        restartNext(port);
        if (stopping && now > stopDeadline) {
            log.warn("Requests under way took too long; the workers are killed");
            slots.forEach(slot -> {
                kill(slot.current);
                kill(slot.successor);
            });
        }
    }

    /// Where the system gives no process, as when there are too many or no memory is left, the other workers go on and
    /// this one is tried again.
    private void start(Slot slot, int port) {
        try {
            slot.current = launch(slot, port);
            order(slot.current, "go");
        } catch (UncheckedIOException e) {
            slot.failures++;
            log.error("Worker {} could not be started; it is tried again {}", slot.number, startLater(slot), e);
        }
    }

    private void look(WorkerProcess worker, boolean wasAsleep) {
        if (wasAsleep) {
            worker.heard();
        } else if (worker.silentFor(config.worker().hangTimeout())) {
            log.error(
                    "Worker {} (process {}) has been silent for {} s; it is killed and replaced",
                    worker.number,
                    worker.pid(),
                    config.worker().hangTimeout().toSeconds());
            worker.kill();
            worker.heard();
        }
        worker.order("ping");
    }

    private void restartNext(int port) {
        if (restarting == null && !stopping && !toRestart.isEmpty()) {
            var slot = toRestart.remove();
            if (slot.current == null) {
                return;
            }
            try {
                slot.successor = launch(slot, port);
            } catch (UncheckedIOException e) {
                log.error("No successor of worker {} could be started; the rolling restart ends here", slot.number, e);
                toRestart.clear();
                return;
            }
            restarting = slot;
            slot.successor.order("go");
        }
    }

    private static void order(@Nullable WorkerProcess worker, String order) {
        if (worker != null) {
            worker.order(order);
        }
    }

    private static void kill(@Nullable WorkerProcess worker) {
        if (worker != null) {
            worker.kill();
        }
    }
}
