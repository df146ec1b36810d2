package dev.mien.http;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The sockets with which this process listens to a port, as Linux has them, for what Java has no way to ask or tell
/// them.
final class ListeningSockets {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    /// Where `struct tcp_info` has `tcpi_unacked`: of a listening socket, how many connections wait to be accepted.
    private static final int WAITING = 24;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfShort NETWORK_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    /// `struct sock_fprog`.
    private static final MemoryLayout PROGRAM =
            MemoryLayout.structLayout(SHORT, MemoryLayout.paddingLayout(6), ADDRESS);

    private final MethodHandle getOption = function("getsockopt", INT, INT, INT, ADDRESS, ADDRESS);
    private final MethodHandle setOption = function("setsockopt", INT, INT, INT, ADDRESS, INT);
    private final MethodHandle getName = function("getsockname", INT, ADDRESS, ADDRESS);
    private final List<Integer> sockets;

    /// Those of now.
    ///
    /// @throws IOException if this is not Linux
    ListeningSockets(int port) throws IOException {
        try (var open = Files.list(DESCRIPTORS)) {
            sockets = open.map(path -> Integer.parseInt(path.getFileName().toString()))
                    .filter(descriptor -> option(descriptor, SOL_SOCKET, SO_ACCEPTCONN, 0) == 1)
                    .filter(descriptor -> port(descriptor) == port)
                    .toList();
        }
    }

    /// Hears no more of those that want to connect, but lets come about each connection that is already being made. Who
    /// is not heard asks again, after a second as TCP has it, and reaches whoever listens to the port by then.
    ///
    /// To close the socket instead resets all connections that wait to be accepted.
    ///
    /// @throws IOException if the system refuses
    void dropNew() throws IOException {
        for (int socket : sockets) {
            attach(
                    socket,
                    SO_ATTACH_FILTER,
                    new Instruction(0x30, 0, 13), // A = the flags, byte 13 of the TCP header
                    new Instruction(0x45, 1, 0x02), // skip one unless A & SYN
                    new Instruction(0x06, 0, 0), // drop
                    new Instruction(0x06, 0, -1)); // keep all of it
        }
    }

    /// Sends those that want to connect to one of the sockets that share the port (socket(7),
    /// `SO_ATTACH_REUSEPORT_CBPF`).
    ///
    /// @param index counted from 0 in the order in which they began to listen; when one is closed the last takes its
    ///     place. While there are not so many, this has no effect
    /// @throws IOException if the system refuses
    void sendNewTo(int index) throws IOException {
        for (int socket : sockets) {
            attach(socket, SO_ATTACH_REUSEPORT_CBPF, new Instruction(0x06, 0, index)); // the answer is the index
        }
    }

    /// Whether a connection waits to be accepted.
    boolean haveWaiting() {
        return sockets.stream().anyMatch(socket -> option(socket, IPPROTO_TCP, TCP_INFO, WAITING) > 0);
    }

    /// `struct sock_filter`, of a program that the kernel runs for what arrives (Linux, networking/filter).
    private record Instruction(int code, int skipUnless, int operand) {}

    private void attach(int socket, int option, Instruction... instructions) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var code = arena.allocate(8L * instructions.length, 8);
            for (int i = 0; i < instructions.length; i++) {
                code.set(SHORT, 8L * i, (short) instructions[i].code);
                code.set(BYTE, 8L * i + 3, (byte) instructions[i].skipUnless);
                code.set(INT, 8L * i + 4, instructions[i].operand);
            }
            var program = arena.allocate(PROGRAM);
            program.set(SHORT, 0, (short) instructions.length);
            program.set(ADDRESS, 8, code);
            if ((int) setOption.invoke(socket, SOL_SOCKET, option, program, (int) PROGRAM.byteSize()) != 0) {
                throw new IOException("the listening socket took no filter");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return the number at that place of the option; -1 if the descriptor has no such option
    private int option(int descriptor, int level, int name, int at) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(256, 8);
            var length = arena.allocateFrom(INT, (int) value.byteSize());
            return (int) getOption.invoke(descriptor, level, name, value, length) == 0 ? value.get(INT, at) : -1;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return -1 if the descriptor has none
    private int port(int descriptor) {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(128, 8); // struct sockaddr_in or sockaddr_in6: both have the port at 2
            var length = arena.allocateFrom(INT, (int) address.byteSize());
            return (int) getName.invoke(descriptor, address, length) == 0
                    ? Short.toUnsignedInt(address.get(NETWORK_SHORT, 2))
                    : -1;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(INT, arguments));
    }
}
