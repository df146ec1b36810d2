package dev.mien.worker;

import dev.mien.Mien;
import dev.mien.config.ServerConfig;
import dev.mien.store.StoreUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker process, on the orders of its supervisor: lines on standard input, answers on standard output.
///
/// | order | answer |
/// |---|---|
/// | `go` | `ready <port>` once it serves, or `failed <why>` |
/// | `ping` | `pong` |
/// | `drain` | lets requests under way end, then exits with 0 |
/// | end of input | the supervisor is gone: ends at once |
///
/// Orders are read by a platform thread of their own, so that `pong` says that the process runs and nothing else.
public final class Worker {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final int LOST = 75;

    private final ServerConfig config;
    private final int number;
    private final PrintStream answers;
    private final CountDownLatch tied = new CountDownLatch(1);
    private volatile @Nullable Mien mien;

    public Worker(ServerConfig config, int number, PrintStream answers) {
        this.config = config;
        this.number = number;
        this.answers = answers;
    }

    /// Follows orders until one of them ends the process.
    ///
    /// @param supervisor the process id of the supervisor
    public void run(long supervisor) {
        // Ctrl-C and a closed terminal reach the whole process group; what to do then is the supervisor's decision.
        Signals.ignore("INT");
        Signals.ignore("HUP");
        Signals.handle("TERM", this::drain);
        var orders = Thread.ofPlatform().name("mien-orders").start(this::followOrders);
        // The kernel remembers which thread asked, so this one stays. Meanwhile the store is opened; see start().
        ParentDeath.follow(supervisor);
        tied.countDown();
        try {
            orders.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    private void followOrders() {
        try (var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                follow(order);
            }
        } catch (IOException e) {
            log.error("The supervisor cannot be heard", e);
        }
        Runtime.getRuntime().halt(1);
    }

    private void follow(String order) {
        switch (order) {
            case "go" -> Thread.ofPlatform().name("mien-start").start(this::start);
            case "ping" -> {
                var running = mien;
                if (running != null && running.isLost()) {
                    log.error("The store was replaced; this worker ends, to be started anew");
                    LogConfig.flush();
                    Runtime.getRuntime().halt(LOST);
                }
                answers.println("pong");
            }
            case "drain" -> drain();
            default -> log.warn("There is no order '{}'", order);
        }
    }

    private void start() {
        try {
            var starting = new Mien(config, number);
            tied.await(); // Nothing is served, and so nothing written, by a worker that could outlive its supervisor.
            starting.start();
            mien = starting;
            answers.println("ready " + starting.port());
        } catch (StoreUnavailableException | UncheckedIOException e) {
            answers.println("failed " + oneLine(e));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } catch (RuntimeException | Error e) {
            log.error("The worker did not start", e);
            answers.println("failed " + oneLine(e));
        }
    }

    private static String oneLine(Throwable e) {
        var cause = e.getCause();
        String text =
                e.getMessage() + (e instanceof UncheckedIOException && cause != null ? ": " + cause.getMessage() : "");
        return text.lines().findFirst().orElse("");
    }

    private void drain() {
        Thread.ofPlatform().name("mien-drain").start(() -> {
            var running = mien;
            if (running != null) {
                running.leavePort();
                running.close();
            }
            LogConfig.flush();
            Runtime.getRuntime().halt(0);
        });
    }
}
