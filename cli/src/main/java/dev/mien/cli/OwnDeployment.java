package dev.mien.cli;

import dev.mien.checker.fault.Processes;
import dev.mien.checker.fault.SideDoor;
import dev.mien.checker.fault.Signal;
import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.workload.Deployment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// Servers of our own on one store of their own, to be hurt. Each of them stands for a machine: it has its supervisor,
/// its workers and its port. Their workers are numbered on from machine to machine.
final class OwnDeployment implements Deployment, Processes, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NUMBER = "--number=";

    private final OwnStore store;
    private final int workers;
    private final Map<String, String> environment;
    private final Path directory;
    private final List<ServerProcess> servers = Collections.synchronizedList(new ArrayList<>());
    private final SideDoor sideDoor;
    private int nextMachine;

    /// Starts everything.
    ///
    /// @param store closed with the deployment
    /// @param workers how many each machine has
    /// @param environment variables for the servers
    /// @param directory where the logs go
    OwnDeployment(OwnStore store, int machines, int workers, Map<String, String> environment, Path directory)
            throws SQLException {
        this.store = store;
        this.workers = workers;
        this.environment = environment;
        this.directory = directory;
        try {
            for (int machine = 0; machine < machines; machine++) {
                servers.add(start(machine));
            }
            this.sideDoor = store.sideDoor();
        } catch (SQLException | RuntimeException e) {
            servers.forEach(ServerProcess::close);
            store.close();
            throw e;
        }
    }

    private ServerProcess start(int machine) {
        var settings = new ArrayList<>(store.settings(machine));
        // So that as many answers as possible come from memory.
        settings.add("--cache-reads-before-keeping=0");
        settings.add("--worker-first-number=" + (1 + machine * workers));
        return new ServerProcess(environment, workers, directory.resolve("server-" + machine + ".log"), settings);
    }

    SideDoor sideDoor() {
        return sideDoor;
    }

    OwnStore store() {
        return store;
    }

    ServerProcess server(int machine) {
        return servers.get(machine);
    }

    @Override
    public List<URI> addresses() {
        return List.copyOf(servers).stream().map(ServerProcess::address).toList();
    }

    @Override
    public ChangeLog changeLog() throws IOException {
        try {
            return sideDoor.changeLog();
        } catch (SQLException e) {
            throw new IOException("the change log cannot be read", e);
        }
    }

    @Override
    public List<Worker> workers() {
        return List.copyOf(servers).stream()
                .flatMap(server -> server.workers().stream())
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

    /// One machine after the other.
    private int chooseMachine() {
        return nextMachine++ % servers.size();
    }

    @Override
    public void killSupervisor() throws Exception {
        int machine = chooseMachine();
        var server = servers.get(machine);
        var orphans = server.workers();
        server.process().destroyForcibly();
        await(() -> orphans.stream().noneMatch(ProcessHandle::isAlive));
        server.close();
        servers.set(machine, start(machine));
    }

    @Override
    public void rollingRestart() throws Exception {
        var server = servers.get(chooseMachine());
        var before = server.workers().stream().map(ProcessHandle::pid).toList();
        Signal.send("HUP", server.process().toHandle());
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
        sideDoor.close();
        servers.forEach(ServerProcess::close);
        store.close();
    }
}
