package dev.mien.feed;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/// The way to one client of a stream, who may cease to take what is sent. Such a write blocks its thread for ever; here
/// somebody else can end it.
///
/// To interrupt a thread in a socket's channel closes the channel. It is done only while the thread is inside a write,
/// so nothing else of it is ever interrupted.
final class GuardedOutput {
    private final OutputStream out;
    private final Thread writer = Thread.currentThread();
    private boolean writing;
    private long since;
    private boolean cutOff;

    GuardedOutput(OutputStream out) {
        this.out = out;
    }

    void write(byte[] bytes) throws IOException {
        begin();
        try {
            out.write(bytes);
            out.flush();
        } finally {
            end();
        }
    }

    /// Ends the answer well.
    void close() throws IOException {
        begin();
        try {
            out.close();
        } finally {
            end();
        }
    }

    private synchronized void begin() {
        writing = true;
        since = System.nanoTime();
    }

    private synchronized void end() {
        writing = false;
    }

    /// Ends the connection if one write has lasted longer than this.
    synchronized void cutOffIfOverdue(Duration longest) {
        if (writing && !cutOff && System.nanoTime() - since > longest.toNanos()) {
            cutOff = true;
            writer.interrupt();
        }
    }

    synchronized boolean wasCutOff() {
        return cutOff;
    }
}
