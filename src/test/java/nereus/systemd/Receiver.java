package nereus.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The other end of {@code NOTIFY_SOCKET}, as systemd has it: a bound Unix socket for datagrams. */
final class Receiver implements AutoCloseable {
    private static final int SHUT_RD = 0;

    private final Linker linker = Linker.nativeLinker();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final int fd;
    private final Thread reader;

    Receiver(String path) throws Throwable {
        MethodHandle socket = handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        MethodHandle bind = handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        fd = (int) socket.invokeExact(1, 2, 0);
        try (Arena arena = Arena.ofConfined()) {
            byte[] name = path.getBytes(StandardCharsets.UTF_8);
            boolean hidden = name[0] == '@';
            if (hidden) {
                name[0] = 0;
            }
            MemorySegment address = arena.allocate(110);
            address.set(JAVA_SHORT, 0, (short) 1);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
            int bound = (int) bind.invokeExact(fd, address, 2 + name.length + (hidden ? 0 : 1));
            if (bound != 0) {
                throw new AssertionError("cannot bind " + path);
            }
        }
        reader = Thread.ofPlatform().daemon().start(this::read);
    }

    @SuppressWarnings("restricted") // Native access is granted to tests.
    private MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private void read() {
        MethodHandle recv = handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            while (true) {
                long length = (long) recv.invokeExact(fd, buffer, 4096L, 0);
                if (length <= 0) {
                    return;
                }
                heard.add(new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
            }
        } catch (Throwable e) {
            heard.add("failed: " + e);
        }
    }

    String next() throws InterruptedException {
        return Objects.requireNonNullElse(heard.poll(20, TimeUnit.SECONDS), "nothing came");
    }

    /** The next one that is so. */
    void await(String wanted) throws InterruptedException {
        String next = next();
        while (!next.equals(wanted)) {
            if (next.equals("nothing came")) {
                throw new AssertionError("never heard: " + wanted);
            }
            next = next();
        }
    }

    @Override
    public void close() {
        try {
            int shut = (int) handle("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT))
                    .invokeExact(fd, SHUT_RD);
            reader.join(TimeUnit.SECONDS.toMillis(20));
            int closed = (int) handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(fd);
            if (shut + closed != 0) {
                throw new AssertionError("the socket was not closed");
            }
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
