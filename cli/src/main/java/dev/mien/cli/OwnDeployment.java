package dev.mien.cli;

import dev.mien.checker.fault.Processes;
import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.workload.Deployment;
import dev.mien.store.sqlite.SqliteStore;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// A server of our own with a store of its own, to be hurt.
final class OwnDeployment implements Deployment, Processes, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NUMBER = "--number=";

    private final Path data;
    private final Path log;
    private final int workers;
    private final SqliteSideDoor database;
    private volatile ServerProcess server;

    /// @param directory where store and log go
    OwnDeployment(Path directory, int workers) throws SQLException {
        this.data = directory.resolve("data");
        this.log = directory.resolve("server.log");
        this.workers = workers;
        this.server = start();
        this.database = new SqliteSideDoor(data.resolve(SqliteStore.FILE));
    }

    private ServerProcess start() {
        return new ServerProcess(data, workers, log);
    }

    SqliteSideDoor database() {
        return database;
    }

    @Override
    public List<URI> addresses() {
        return List.of(server.address());
    }

    @Override
    public ChangeLog changeLog() {
        return database.changeLog();
    }

    @Override
    public List<Worker> workers() {
        return server.workers().stream()
                .map(process -> new Worker(number(process), process))
                .toList();
    }

    private static int number(ProcessHandle process) {
        for (String argument : process.info().arguments().orElse(new String[0])) {
            if (argument.startsWith(NUMBER)) {
                return Integer.parseInt(argument.substring(NUMBER.length()));
            }
        }
        return -1;
    }

    @Override
    public void killSupervisor() throws Exception {
        var orphans = server.workers();
        server.process().destroyForcibly();
        await(() -> orphans.stream().noneMatch(ProcessHandle::isAlive));
        server.close();
        server = start();
    }

    @Override
    public void rollingRestart() throws Exception {
        var before = server.workers().stream().map(ProcessHandle::pid).toList();
        new ProcessBuilder("kill", "-HUP", Long.toString(server.pid())).start().waitFor();
        await(() -> {
            var now = server.workers().stream().map(ProcessHandle::pid).toList();
            return now.size() == workers && now.stream().noneMatch(before::contains);
        });
    }

    private static void await(BooleanSupplier condition) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the server is not as it should be after " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
        server.close();
    }
}
