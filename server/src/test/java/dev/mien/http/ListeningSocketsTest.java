package dev.mien.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ListeningSocketsTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private ServerSocketChannel first;
    private SocketAddress address;
    private ListeningSockets sockets;

    @BeforeEach
    void listen() throws IOException {
        first = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = first.getLocalAddress();
        sockets = new ListeningSockets(((InetSocketAddress) address).getPort());
    }

    @AfterEach
    void close() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    private ServerSocketChannel listen(SocketAddress where) throws IOException {
        var socket = ServerSocketChannel.open();
        open.add(socket);
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        socket.configureBlocking(false);
        return socket.bind(where);
    }

    private SocketChannel connect() throws IOException {
        var client = SocketChannel.open(address);
        open.add(client);
        return client;
    }

    private static int accepted(ServerSocketChannel socket) throws IOException {
        int count = 0;
        for (var connection = socket.accept(); connection != null; connection = socket.accept()) {
            connection.close();
            count++;
        }
        return count;
    }

    @Test
    void haveWaiting_connectionsNotYetAccepted_untilTheyAre() throws IOException {
        assertThat(sockets.haveWaiting()).isFalse();

        connect();
        assertThat(sockets.haveWaiting()).isTrue();

        assertThat(accepted(first)).isEqualTo(1);
        assertThat(sockets.haveWaiting()).isFalse();
    }

    @Test
    void dropNew_connections_makesNoneAndKeepsThoseThatWait() throws IOException {
        var waiting = connect();

        sockets.dropNew();

        try (var late = new Socket()) {
            assertThatThrownBy(() -> late.connect(address, 300)).isInstanceOf(SocketTimeoutException.class);
        }
        try (var accepted = first.accept()) {
            accepted.socket().getOutputStream().write(42);
            assertThat(waiting.socket().getInputStream().read()).isEqualTo(42);
        }
        assertThat(accepted(first)).isZero();
    }

    @Test
    void dropNew_anotherPort_isNotConcerned() throws IOException {
        var other = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

        new ListeningSockets(first.socket().getLocalPort()).dropNew();

        open.add(SocketChannel.open(other.getLocalAddress()));
        assertThat(accepted(other)).isEqualTo(1);
    }

    @Test
    void sendNewTo_theSecondOfTwo_getsAllAndNoneIsLostWhenTheFirstCloses() throws IOException {
        var second = listen(address);

        sockets.sendNewTo(1);
        for (int i = 0; i < 30; i++) {
            connect();
        }
        assertThat(accepted(first)).isZero();
        assertThat(accepted(second)).isEqualTo(30);

        first.close();
        for (int i = 0; i < 30; i++) {
            connect();
        }
        assertThat(accepted(second)).isEqualTo(30);
    }

    @Test
    void sendNewTo_moreThanThereAre_hasNoEffect() throws IOException {
        var second = listen(address);

        sockets.sendNewTo(2);
        for (int i = 0; i < 40; i++) {
            connect();
        }

        int ofFirst = accepted(first);
        assertThat(ofFirst).isBetween(1, 39);
        assertThat(accepted(second)).isEqualTo(40 - ofFirst);
    }
}
