package dev.mien.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/// One keep-alive connection with at most one request under way. Of an answer it reads the status and the length.
final class Connection implements AutoCloseable {
    private static final int REQUEST_BYTES = 512 * 1024;
    private static final byte[] LENGTH = Requests.ascii("content-length:");

    /// When the request under way should have been sent, by [System#nanoTime()].
    long intendedAt;

    private final SocketChannel channel;
    private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
    private final ByteBuffer answer = ByteBuffer.allocateDirect(64 * 1024);
    private int status;
    /// Bytes of the body that have not come yet; -1 while the head has not come.
    private long missing = -1;

    Connection(InetSocketAddress server) throws IOException {
        channel = SocketChannel.open(server);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
    }

    SelectionKey register(Selector selector) throws IOException {
        return channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(Requests requests) throws IOException {
        request.clear();
        requests.next(request);
        request.flip();
        missing = -1;
        answer.clear();
        channel.write(request);
        while (request.hasRemaining()) { // Only a body larger than the socket's buffer comes here.
            LockSupport.parkNanos(20_000);
            channel.write(request);
        }
    }

    /// Takes what has come.
    ///
    /// @return whether the answer is complete
    boolean receive() throws IOException {
        if (missing >= 0) {
            answer.clear();
        }
        int count = channel.read(answer);
        if (count < 0) {
            throw new EOFException("the server closed a connection");
        }
        if (missing >= 0) {
            missing -= count;
        } else {
            readHead();
        }
        return missing == 0;
    }

    /// The status of the last answer.
    int status() {
        return status;
    }

    private void readHead() throws IOException {
        int end = answer.position();
        int lineStart = 0;
        long length = 0;
        for (int i = 0; i < end; i++) {
            if (answer.get(i) != '\n') {
                continue;
            }
            if (i == lineStart + 1) { // An empty line, but for its CR.
                status = (answer.get(9) - '0') * 100 + (answer.get(10) - '0') * 10 + answer.get(11) - '0';
                missing = length - (end - i - 1);
                return;
            }
            if (isLength(lineStart)) {
                length = number(lineStart + LENGTH.length);
            }
            lineStart = i + 1;
        }
        if (end == answer.capacity()) {
            throw new IOException("the head of an answer is too long");
        }
    }

    private boolean isLength(int at) {
        for (int i = 0; i < LENGTH.length; i++) {
            int letter = answer.get(at + i);
            if (letter != LENGTH[i] && (letter | 0x20) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }

    private long number(int at) {
        int i = at;
        while (answer.get(i) == ' ') {
            i++;
        }
        long value = 0;
        for (int digit = answer.get(i) - '0'; digit >= 0 && digit <= 9; digit = answer.get(i) - '0') {
            value = value * 10 + digit;
            i++;
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
