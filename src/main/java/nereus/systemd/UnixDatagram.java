package nereus.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * Sends datagrams to a Unix socket by three calls of the C library: the JDK has Unix sockets for streams only. Linux, x86-64 and
 * aarch64. One socket for each datagram: there is one a second at most.
 */
final class UnixDatagram {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    /** No signal when nobody listens, and no waiting when the other side is behind. */
    private static final int MSG_NOSIGNAL_DONTWAIT = 0x4000 | 0x40;
    private static final int LONGEST_PATH = 108;
    private static final int PATH = 2;

    private final Linker linker = Linker.nativeLinker();
    private final StructLayout captured = Linker.Option.captureStateLayout();
    private final VarHandle errno = captured.varHandle(PathElement.groupElement("errno"));
    private final MethodHandle socket = handle("socket",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private final MethodHandle sendto = handle("sendto",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private final MethodHandle close = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private final byte[] path;

    /**
     * @param path of the socket; {@code @} at its beginning names one of Linux' abstract ones
     * @throws UnsupportedOperationException when the C library has no such calls
     * @throws IllegalArgumentException when the path is too long for a socket's
     */
    UnixDatagram(String path) {
        this.path = path.getBytes(StandardCharsets.UTF_8);
        if (this.path.length == 0 || this.path.length >= LONGEST_PATH) {
            throw new IllegalArgumentException("not the path of a socket: " + path);
        }
        if (this.path[0] == '@') {
            this.path[0] = 0;
        }
    }

    @SuppressWarnings("restricted") // Native access is granted on the command line and in the manifest.
    private MethodHandle handle(String name, FunctionDescriptor descriptor) {
        MemorySegment symbol = linker.defaultLookup().find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library lacks " + name));
        return linker.downcallHandle(symbol, descriptor, Linker.Option.captureCallState("errno"));
    }

    /** Sends one datagram, or fails at once. */
    void send(String text) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(captured);
            MemorySegment address = arena.allocate(PATH + LONGEST_PATH);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH, path.length);
            // An abstract name ends with its length, a path with a zero.
            int length = PATH + path.length + (path[0] == 0 ? 0 : 1);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
            int fd = check(state, (int) socket.invokeExact(state, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
            try {
                check(state, (int) (long) sendto.invokeExact(state, fd, data, (long) bytes.length,
                        MSG_NOSIGNAL_DONTWAIT, address, length));
            } finally {
                int ignored = (int) close.invokeExact(state, fd);
                assert ignored <= 0;
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into the C library failed", e);
        }
    }

    private int check(MemorySegment state, int result) throws IOException {
        if (result < 0) {
            throw new IOException("error number " + (int) errno.get(state, 0L));
        }
        return result;
    }
}
