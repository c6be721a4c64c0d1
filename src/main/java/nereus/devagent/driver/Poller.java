package nereus.devagent.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that waits for all descriptors of the driver (epoll), so that a thousand processes do not cost a thousand
 * threads. It only wakes others: what it calls must not block.
 */
final class Poller implements AutoCloseable {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
    private static final int ONE_SHOT = 1 << 30;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int BATCH = 64;

    /** The kernel packs its struct on x86-64 only. */
    private static final int DATA = System.getProperty("os.arch").equals("amd64") ? 4 : 8;
    private static final int EVENT = DATA + 8;
    private static final ValueLayout.OfLong DATA_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final MethodHandle CREATE = Libc.handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT),
            0);
    private static final MethodHandle CONTROL = Libc.handle("epoll_ctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), 0);
    private static final MethodHandle WAIT = Libc.handle("epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 0);

    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final int epoll;
    private final int wakeReading;
    private final int wakeWriting;
    private final Thread thread;
    private volatile boolean closed;

    Poller() {
        epoll = Libc.check("epoll_create1", Libc.call(errno -> (int) CREATE.invokeExact(errno, Libc.O_CLOEXEC)));
        int[] wake = Libc.pipe();
        wakeReading = wake[0];
        wakeWriting = wake[1];
        control(ADD, wakeReading, READABLE, tokens.getAndIncrement());
        thread = Thread.ofPlatform().daemon().name("driver-poll").unstarted(this::run);
        thread.start();
    }

    /** Watches a descriptor; nothing is reported before the first {@link Watch#arm}. */
    Watch watch(int fd, Runnable ready) {
        Watch watch = new Watch(fd, tokens.getAndIncrement(), ready);
        watches.put(watch.token, watch);
        return watch;
    }

    /** A descriptor in the poller's care. Its owner serialises the calls and stops it before closing the descriptor. */
    final class Watch {
        private final int fd;
        private final long token;
        private final Runnable ready;
        private boolean added;

        private Watch(int fd, long token, Runnable ready) {
            this.fd = fd;
            this.token = token;
            this.ready = ready;
        }

        /** Asks for one report as soon as the descriptor is readable or writable, ended or broken. */
        void arm(int events) {
            control(added ? MODIFY : ADD, fd, events | ONE_SHOT, token);
            added = true;
        }

        void stop() {
            watches.remove(token);
            if (added) {
                control(DELETE, fd, 0, token);
            }
        }
    }

    /** Guard against use of the epoll descriptor's number after it was closed. */
    private synchronized void control(int operation, int fd, int events, long token) {
        if (closed) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT);
            event.set(JAVA_INT, 0, events);
            event.set(DATA_LONG, DATA, token);
            Libc.check("epoll_ctl", Libc.call(errno -> (int) CONTROL.invokeExact(errno, epoll, operation, fd, event)));
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT * BATCH, 8);
            while (!closed) {
                int count = Libc.call(errno -> (int) WAIT.invokeExact(errno, epoll, events, BATCH, -1));
                if (count < 0 && count != -Libc.EINTR) {
                    LOG.error("the driver's poller stops: epoll_wait failed with error number {}", -count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Watch watch = watches.get(events.get(DATA_LONG, (long) EVENT * i + DATA));
                    if (watch != null) {
                        watch.ready.run();
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            Libc.write(wakeWriting, one);
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Libc.close(wakeReading);
        Libc.close(wakeWriting);
        Libc.close(epoll);
    }
}
