package nereus.devagent.driver;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking file descriptor that is ours and is closed once. Guard against use after close, when the number may already
 * belong to somebody else: every call holds the lock, and after {@link #close} does nothing. No call blocks.
 */
final class Descriptor implements AutoCloseable {
    private final int fd;
    private Poller.@Nullable Watch watch;
    private boolean closed;

    Descriptor(int fd) {
        this.fd = fd;
    }

    /** Sets who is told when the descriptor is ready; called on the poller's thread. */
    synchronized void watchedBy(Poller poller, Runnable ready) {
        if (!closed) {
            watch = poller.watch(fd, ready);
        }
    }

    /** Asks for one report; false if the descriptor is closed and nothing will come. */
    synchronized boolean arm(int events) {
        if (closed || watch == null) {
            return false;
        }
        watch.arm(events);
        return true;
    }

    /** The number of bytes read, 0 at the end, or a negated error number. */
    synchronized int read(MemorySegment buffer) {
        return closed ? -Libc.EBADF : Libc.read(fd, buffer);
    }

    synchronized int write(MemorySegment data) {
        return closed ? -Libc.EBADF : Libc.write(fd, data);
    }

    synchronized int readable() {
        return closed ? 0 : Libc.readable(fd);
    }

    synchronized int ioctl(long request, MemorySegment argument) {
        return closed ? -Libc.EBADF : Libc.ioctl(fd, request, argument);
    }

    /** Sends a signal to the process of this process descriptor. */
    synchronized int signal(int signal) {
        return closed ? -Libc.EBADF : Libc.pidfdSignal(fd, signal);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (watch != null) {
            watch.stop();
        }
        Libc.close(fd);
    }
}
