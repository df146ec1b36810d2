package dev.mien.worker;

import dev.mien.store.StoreUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/// The supervisor's hold on the port that its workers share: a socket that is bound and does not listen, so that no
/// connection is ever given to it, and the port stays taken while no worker runs.
///
/// Sharing (`SO_REUSEPORT`, socket(7)) would let a second server of the same user join in silence and get half of the
/// requests. So the port is first bound without sharing, which fails if anybody has it.
final class Port implements AutoCloseable {
    private final SocketChannel socket;
    private final int number;

    /// @param wanted 0 for any free one
    Port(String host, int wanted) {
        try {
            int free;
            try (var alone = SocketChannel.open()) {
                // Connections of an earlier server may linger; they do not hold the port.
                alone.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                alone.bind(new InetSocketAddress(host, wanted));
                free = portOf(alone);
            }
            socket = SocketChannel.open();
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            socket.bind(new InetSocketAddress(host, free));
            number = free;
        } catch (IOException e) {
            throw new StoreUnavailableException(
                    "cannot listen on " + host + ":" + wanted + ": " + e.getMessage()
                            + (wanted == 0 ? "" : "; is another server running there? --port chooses another"),
                    e);
        }
    }

    private static int portOf(SocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    int number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
