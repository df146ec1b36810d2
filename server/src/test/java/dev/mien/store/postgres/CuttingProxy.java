package dev.mien.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/// Stands between a store and its server, and can cut the connection on which the next commit is sent: before the
/// server has it, or after the server has answered it and before the store hears of that.
final class CuttingProxy implements AutoCloseable {
    enum Cut {
        NOWHERE,
        BEFORE_THE_COMMIT,
        BEFORE_ITS_ANSWER
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private volatile Cut next = Cut.NOWHERE;

    CuttingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        Thread.ofVirtual().start(this::accept);
    }

    String url(String database) {
        return "jdbc:postgresql://localhost:" + listener.getLocalPort() + "/" + database
                + "?user=postgres&sslmode=disable";
    }

    void cutNextCommit(Cut cut) {
        next = cut;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                var answersAreLost = new CountDownLatch(1);
                Thread.ofVirtual().start(() -> forward(client, server, answersAreLost));
                Thread.ofVirtual().start(() -> answer(server, client, answersAreLost));
            } catch (IOException e) {
                // Closed, or the server is not there: the client finds out.
            }
        }
    }

    private void forward(Socket client, Socket server, CountDownLatch answersAreLost) {
        try (client;
                server) {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                boolean isCommit = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("; COMMIT");
                if (isCommit && next == Cut.BEFORE_THE_COMMIT) {
                    next = Cut.NOWHERE;
                    return;
                }
                if (isCommit && next == Cut.BEFORE_ITS_ANSWER) {
                    next = Cut.NOWHERE;
                    answersAreLost.countDown();
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // One side is gone, and with it the other.
        }
    }

    private void answer(Socket server, Socket client, CountDownLatch answersAreLost) {
        try (client;
                server) {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                if (answersAreLost.getCount() == 0) {
                    return;
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // As above.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
