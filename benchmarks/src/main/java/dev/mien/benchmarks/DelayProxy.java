package dev.mien.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/// Stands between a server and its database and makes each round trip longer by a fixed time, as if the database were
/// farther away. What comes is handed on in order and late, however much is under way.
final class DelayProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int databasePort;
    private final long delayNanos;

    DelayProxy(int databasePort, Duration delay) throws IOException {
        this.databasePort = databasePort;
        this.delayNanos = delay.toNanos();
        Thread.ofPlatform().daemon().name("delay-accept").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                var database = new Socket(InetAddress.getLoopbackAddress(), databasePort);
                client.setTcpNoDelay(true);
                database.setTcpNoDelay(true);
                // The whole delay on one way: a round trip cannot tell.
                forward(client, database, delayNanos);
                forward(database, client, 0);
            } catch (IOException closed) {
                // By us, or the database is not there: the client finds out.
            }
        }
    }

    /// @param bytes empty at the end
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Chunk(byte[] bytes, long due) {}

    private static void forward(Socket from, Socket to, long delayNanos) {
        var underWay = new LinkedBlockingQueue<Chunk>();
        Thread.ofPlatform().daemon().name("delay-read").start(() -> {
            byte[] buffer = new byte[65_536];
            try (from) {
                var in = from.getInputStream();
                for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                    underWay.add(new Chunk(Arrays.copyOf(buffer, n), System.nanoTime() + delayNanos));
                }
            } catch (IOException gone) {
                // The other side is told below.
            }
            underWay.add(new Chunk(new byte[0], 0));
        });
        Thread.ofPlatform().daemon().name("delay-write").start(() -> {
            try (to) {
                OutputStream out = to.getOutputStream();
                for (var chunk = underWay.take(); chunk.bytes.length > 0; chunk = underWay.take()) {
                    for (long wait = chunk.due - System.nanoTime(); wait > 0; wait = chunk.due - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    out.write(chunk.bytes);
                }
            } catch (IOException | InterruptedException gone) {
                // The reader notices when it reads on.
            }
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
