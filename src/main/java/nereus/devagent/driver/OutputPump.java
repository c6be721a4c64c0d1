package nereus.devagent.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one output of a process to its reader, in order, one chunk at a time, on a virtual thread that exists only while there
 * is something to carry. While the reader does not return nothing is read, so the process blocks.
 *
 * <p>After {@link #ended} it carries what was in the pipe by then and is {@link #done}; what background processes write later is
 * read and dropped, as with Docker, until they have closed it too.
 */
final class OutputPump {
    private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);
    /** More than a terminal's buffers hold, whose fill cannot be asked for. */
    private static final int TERMINAL_REST = 1 << 18;
    /** As much as a terminal or a page of a pipe gives at once; how it is cut into frames is not decided here. */
    private static final int CHUNK = 4096;

    private final Descriptor source;
    private final boolean terminal;
    private final Reader reader;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicInteger signals = new AtomicInteger();
    private volatile boolean processEnded;
    private volatile boolean detached;
    /** Bytes still to carry once the process has ended; touched by the one running pump only. */
    private int rest = -1;

    /** Takes the chunks of an output; may block. */
    interface Reader {
        void take(byte[] data);
    }

    OutputPump(Poller poller, Descriptor source, boolean terminal, Reader reader) {
        this.source = source;
        this.terminal = terminal;
        this.reader = reader;
        source.watchedBy(poller, this::signal);
    }

    void start() {
        source.arm(Poller.READABLE);
    }

    /** Completes when everything the process wrote has been taken. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Calls, on a virtual thread, when everything the process wrote has been taken. */
    void onDone(Runnable then) {
        var _ = done.thenRunAsync(then, Thread::startVirtualThread);
    }

    /** The process has ended: carry what is there, then be done. */
    void ended() {
        processEnded = true;
        signal();
    }

    /** Nobody reads any more: the process blocks once the buffers are full. */
    void detach() {
        detached = true;
    }

    /** Completes, on a thread of the driver, when nobody writes there any more, or the task is gone. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    void close() {
        source.close();
        done.complete(null);
        closed.complete(null);
    }

    private void signal() {
        if (signals.getAndIncrement() == 0) {
            Thread.ofVirtual().name("driver-output").start(this::run);
        }
    }

    private void run() {
        int seen;
        do {
            seen = signals.get();
            pump();
            // Guard against a signal that came while pumping: it found the counter above zero and started nothing.
        } while (signals.addAndGet(-seen) != 0);
    }

    private void pump() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            while (processEnded || !detached) {
                if (processEnded && rest < 0) {
                    rest = terminal ? TERMINAL_REST : source.readable();
                    finishIfNothingIsLeft();
                }
                int count = source.read(buffer);
                if (count > 0) {
                    carry(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
                } else if (count == -Libc.EAGAIN) {
                    if (rest >= 0) {
                        done.complete(null);
                    }
                    source.arm(Poller.READABLE);
                    return;
                } else if (count != -Libc.EINTR) {
                    close();
                    return;
                }
            }
        }
    }

    private void carry(byte[] data) {
        if (done.isDone()) {
            return;
        }
        if (!detached) {
            try {
                reader.take(data);
            } catch (RuntimeException e) {
                LOG.warn("the reader of a process's output failed; the rest of it is dropped", e);
                done.complete(null);
            }
        }
        if (rest >= 0) {
            rest = Math.max(0, rest - data.length);
            finishIfNothingIsLeft();
        }
    }

    private void finishIfNothingIsLeft() {
        if (rest == 0) {
            done.complete(null);
        }
    }
}
