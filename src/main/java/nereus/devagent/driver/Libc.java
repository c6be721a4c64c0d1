package nereus.devagent.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls into the C library on which descriptors, terminals and waiting rest. Each returns what the call returned, or the
 * negated error number. The numbers below are the same on x86-64 and aarch64 Linux.
 */
final class Libc {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EBADF = 9;

    static final int O_RDWR = 2;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int SIGKILL = 9;
    static final int SIGSTOP = 19;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final long FIONREAD = 0x541B;
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final long SYS_PIDFD_OPEN = 434;
    private static final int WNOHANG = 1;

    static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final MethodHandle OPEN = handle("open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0);
    private static final MethodHandle READ = handle("read",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), 0);
    private static final MethodHandle WRITE = handle("write",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), 0);
    private static final MethodHandle PIPE2 = handle("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 0);
    private static final MethodHandle FCNTL = handle("fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle IOCTL = handle("ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    private static final MethodHandle IOCTL_NUMBER = handle("ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
    private static final MethodHandle FCHOWN = handle("fchown",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 0);
    private static final MethodHandle WAITPID = handle("waitpid",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), 0);
    private static final MethodHandle GETEUID = handle("geteuid", FunctionDescriptor.of(JAVA_INT), 0);
    private static final MethodHandle SYSCALL = handle("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), 1);

    private Libc() {}

    /** A call of the C library that leaves its error number in {@code errno}. */
    interface Call {
        long on(MemorySegment errno) throws Throwable;
    }

    @SuppressWarnings("restricted") // Native access is granted on the command line and in the manifest.
    static MethodHandle handle(String name, FunctionDescriptor descriptor, int firstVariadic) {
        MemorySegment symbol = LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsupportedOperationException(
                "the C library lacks " + name + ": the process driver needs Linux with glibc 2.34 or newer"));
        return firstVariadic > 0
                ? LINKER.downcallHandle(symbol, descriptor, CAPTURE, Linker.Option.firstVariadicArg(firstVariadic))
                : LINKER.downcallHandle(symbol, descriptor, CAPTURE);
    }

    static int call(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(CAPTURED);
            long result = call.on(errno);
            return Math.toIntExact(result < 0 ? -(int) ERRNO.get(errno, 0L) : result);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into the C library failed", e);
        }
    }

    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return call(errno -> (int) OPEN.invokeExact(errno, name, flags, 0));
        }
    }

    static int close(int fd) {
        return call(errno -> (int) CLOSE.invokeExact(errno, fd));
    }

    static int read(int fd, MemorySegment buffer) {
        return call(errno -> (long) READ.invokeExact(errno, fd, buffer, buffer.byteSize()));
    }

    static int write(int fd, MemorySegment data) {
        return call(errno -> (long) WRITE.invokeExact(errno, fd, data, data.byteSize()));
    }

    /** The two ends of a new pipe, reading end first; both are closed in programs that are started. */
    static int[] pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            check("pipe2", call(errno -> (int) PIPE2.invokeExact(errno, ends, O_CLOEXEC)));
            return new int[]{ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
        }
    }

    static void nonBlocking(int fd) {
        int flags = check("fcntl", call(errno -> (int) FCNTL.invokeExact(errno, fd, F_GETFL, 0)));
        check("fcntl", call(errno -> (int) FCNTL.invokeExact(errno, fd, F_SETFL, flags | O_NONBLOCK)));
    }

    static int duplicate(int fd) {
        return check("fcntl", call(errno -> (int) FCNTL.invokeExact(errno, fd, F_DUPFD_CLOEXEC, 3)));
    }

    static int ioctl(int fd, long request, MemorySegment argument) {
        return call(errno -> (int) IOCTL.invokeExact(errno, fd, request, argument));
    }

    static int ioctl(int fd, long request, long argument) {
        return call(errno -> (int) IOCTL_NUMBER.invokeExact(errno, fd, request, argument));
    }

    /** How many bytes a pipe holds now. */
    static int readable(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            int result = ioctl(fd, FIONREAD, count);
            return result < 0 ? 0 : count.get(JAVA_INT, 0);
        }
    }

    static int changeOwner(int fd, int uid, int gid) {
        return call(errno -> (int) FCHOWN.invokeExact(errno, fd, uid, gid));
    }

    /** The status of our child that has ended, or -1 if it has not ended yet. */
    static int waitStatus(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            int result = check("waitpid", call(errno -> (int) WAITPID.invokeExact(errno, pid, status, WNOHANG)));
            return result == 0 ? -1 : status.get(JAVA_INT, 0);
        }
    }

    static int effectiveUser() {
        return call(errno -> (int) GETEUID.invokeExact(errno));
    }

    static int pidfdOpen(int pid) {
        return call(errno -> (long) SYSCALL.invokeExact(errno, SYS_PIDFD_OPEN, (long) pid, 0L, 0L, 0L));
    }

    static int pidfdSignal(int pidfd, int signal) {
        return call(
                errno -> (long) SYSCALL.invokeExact(errno, SYS_PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, 0L));
    }

    /** The result, unless it is a negated error number. */
    static int check(String what, int result) {
        if (result < 0) {
            throw new IllegalStateException(what + " failed with error number " + -result
                    + (result == -24 ? ": too many open files, raise the limit (ulimit -n)" : ""));
        }
        return result;
    }
}
