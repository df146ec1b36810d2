package dev.mien.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The network between a machine and its database: forwards connections, until it is told to do worse.
final class Wire implements AutoCloseable {
    private record Link(Socket client, Socket server) {
        void cut() {
            closeQuietly(client);
            closeQuietly(server);
        }
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Object flow = new Object();
    private boolean stalled;
    private volatile boolean shut;

    /// @param target the port on this machine to which it leads
    Wire(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("wire").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// From now on nothing arrives, in either direction, and nobody is told.
    void stall() {
        synchronized (flow) {
            stalled = true;
        }
    }

    /// Whatever was sent meanwhile arrives now, late.
    void flow() {
        synchronized (flow) {
            stalled = false;
            flow.notifyAll();
        }
    }

    /// Ends all connections and refuses new ones, as if the database were not there.
    void shut() {
        shut = true;
        reset();
    }

    /// Accepts connections again.
    void open() {
        shut = false;
    }

    /// Ends all connections, and both sides learn of it.
    void reset() {
        links.forEach(Link::cut);
    }

    /// Ends all connections on the side of the database alone. Nothing comes from there any more, and the machine does
    /// not learn why.
    void halfClose() {
        links.forEach(link -> closeQuietly(link.server()));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                if (shut) {
                    closeQuietly(client);
                    continue;
                }
                try {
                    var link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
                    link.client().setTcpNoDelay(true);
                    link.server().setTcpNoDelay(true);
                    links.add(link);
                    Thread.ofVirtual().start(() -> forward(link, link.client(), link.server()));
                    Thread.ofVirtual().start(() -> forward(link, link.server(), link.client()));
                } catch (IOException databaseGone) {
                    closeQuietly(client);
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    /// Where the database's side ended, the machine's stays open for as long as the machine likes.
    private void forward(Link link, Socket from, Socket to) {
        try {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                awaitFlow();
                out.write(buffer, 0, n);
            }
            link.cut();
            links.remove(link);
        } catch (IOException e) {
            if (from.equals(link.client())) {
                link.cut();
                links.remove(link);
            }
        }
    }

    private void awaitFlow() throws IOException {
        synchronized (flow) {
            while (stalled) {
                try {
                    flow.wait();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, which is what was wanted.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        flow();
        reset();
    }
}
