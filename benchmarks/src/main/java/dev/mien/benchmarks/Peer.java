package dev.mien.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// A server that takes part in the comparison.
///
/// @param name in the report
/// @param workers its processes that answer
/// @param command starts it with a store of its own
/// @param missing why it cannot take part; empty if it can
record Peer(String name, int workers, ProcessBuilder command, String missing) {
    private static final String PYTHON = "/usr/bin/python3";
    private static final String PACKAGES =
            "python3-fastapi python3-sqlalchemy gunicorn uvicorn python3-uvloop python3-httptools";

    /// All of them.
    ///
    /// @param data a directory for their stores
    static List<Peer> all(Path home, Path data) throws IOException, InterruptedException {
        return List.of(
                mien(home, data, 1),
                mien(home, data, 2),
                spring(home, data),
                fastapi(home, data, "FastAPI, original fault", true),
                fastapi(home, data, "FastAPI, mended", false));
    }

    private static Peer mien(Path home, Path data, int workers) {
        var settings = List.of("--data=" + data.resolve("mien-" + workers));
        String name = "Mien, " + workers + (workers == 1 ? " worker" : " workers");
        return new Peer(name, workers, Server.command(home, workers, settings), "");
    }

    private static Peer spring(Path home, Path data) {
        var target = home.resolve("benchmarks/peers/spring/target");
        var command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "dev.mien.peers.Peer",
                "--server.port=0",
                "--peer.database=" + data.resolve("spring.db"));
        return new Peer(
                "Spring Boot",
                1,
                command,
                Files.exists(target.resolve("built")) ? "" : "it is not built; benchmarks/peers/run builds it");
    }

    private static Peer fastapi(Path home, Path data, String name, boolean fault)
            throws IOException, InterruptedException {
        int workers = 2;
        var command = new ProcessBuilder(
                        PYTHON, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--workers", "" + workers, "peer:app")
                .directory(home.resolve("benchmarks/peers/fastapi").toFile());
        command.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        command.environment().put("PEER_FAULT", fault ? "yes" : "no");
        command.environment()
                .put(
                        "PEER_DATABASE",
                        data.resolve(fault ? "fault.db" : "mended.db").toString());
        return new Peer(
                name,
                workers,
                command,
                pythonHas("fastapi, sqlalchemy, uvicorn, gunicorn")
                        ? ""
                        : PYTHON + " lacks its packages; on Debian: apt-get install " + PACKAGES);
    }

    private static boolean pythonHas(String modules) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of(PYTHON))) {
            return false;
        }
        return new ProcessBuilder(PYTHON, "-c", "import " + modules)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /// Whether its name begins so, in any case.
    boolean isCalled(String prefix) {
        return name.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT));
    }

    /// Starts it and waits until each of its workers has answered.
    ServerProcess start() throws IOException, InterruptedException {
        var process = new ServerProcess(command);
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        var met = new HashSet<String>();
        while (met.size() < workers) {
            if (System.nanoTime() > deadline) {
                process.close();
                throw new IOException(name + ": only workers " + met + " answer");
            }
            try (var exchange = new Exchange(process.address())) {
                var answer = exchange.send(Requests.get("/readyz"));
                if (answer.status() == 200) {
                    met.add(answer.header("mien-worker"));
                }
            } catch (IOException notYet) {
                Thread.sleep(50);
            }
        }
        return process;
    }
}
