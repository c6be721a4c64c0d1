package nereus.devagent.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/** The standard input of a process. Writing blocks while the process does not read, and does nothing once it is gone. */
final class InputPipe {
    private static final int CHUNK = 65_536;

    private final Descriptor target;
    private final ReentrantLock order = new ReentrantLock(true);
    private final Semaphore ready = new Semaphore(0);
    private volatile boolean abandoned;

    InputPipe(Poller poller, Descriptor target) {
        this.target = target;
        target.watchedBy(poller, ready::release);
    }

    void write(byte[] data) {
        order.lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.clamp(data.length, 1, CHUNK));
            for (int at = 0; at < data.length && !abandoned;) {
                int length = Math.min(CHUNK, data.length - at);
                MemorySegment.copy(MemorySegment.ofArray(data), at, buffer, 0, length);
                int written = writeAll(buffer.asSlice(0, length));
                if (written < length) {
                    return;
                }
                at += length;
            }
        } finally {
            order.unlock();
        }
    }

    private int writeAll(MemorySegment data) {
        int at = 0;
        while (at < data.byteSize() && !abandoned) {
            int written = target.write(data.asSlice(at));
            if (written >= 0) {
                at += written;
            } else if (written == -Libc.EAGAIN) {
                if (!target.arm(Poller.WRITABLE)) {
                    return at;
                }
                ready.acquireUninterruptibly();
            } else if (written != -Libc.EINTR) {
                return at;
            }
        }
        return at;
    }

    /** Gives up a write that blocks and all later ones; the input stays open. */
    void abandon() {
        abandoned = true;
        ready.release();
    }

    /** Ends the input after what is being written. */
    void end() {
        order.lock();
        try {
            target.close();
        } finally {
            order.unlock();
        }
    }

    /** Closes at once: the process has ended. */
    void close() {
        abandon();
        target.close();
    }
}
